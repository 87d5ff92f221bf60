//! A host in memory, so that a function's unit tests run natively, without a node.
//!
//! ```
//! use leat::{fake, kv, Request, Response};
//!
//! fn handle(request: Request) -> Result<Response, leat::Error> {
//!     Ok(Response::text(format!("{} {}", request.method(), kv::increment("visits", 1)?)))
//! }
//!
//! fake::reset();
//! fake::request("GET", "/visits", "");
//! let answer = fake::call(handle, "");
//! assert_eq!(answer.text(), "GET 1");
//! assert_eq!(fake::kv_value("visits").as_deref(), Some("1"));
//! ```
//!
//! Everything is granted, and nothing is there: a test says what is. Each thread has a host of its own, so tests may run
//! side by side.

use crate::json::Value;
use crate::step::Done;
use crate::{Error, Request, Response};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Display;
use std::time::Duration;

thread_local! {
    static HOST: RefCell<Host> = RefCell::new(Host::default());
}

#[derive(Default)]
struct Host {
    method: Option<String>,
    path: String,
    query: String,
    headers: BTreeMap<String, String>,
    config: BTreeMap<String, String>,
    secrets: BTreeMap<String, String>,
    values: BTreeMap<String, Kept>,
    answers: BTreeMap<String, HttpAnswer>,
    results: Vec<(String, String)>,
    codes: Vec<(String, i32)>,
    now: u64,

    status: i32,
    response_headers: BTreeMap<String, String>,
    failure: String,
    log: Vec<String>,
    metrics: BTreeMap<String, f64>,
    calls: Vec<String>,
    in_transaction: bool,
    requests: Vec<Option<Open>>,
    results_open: Vec<Option<String>>,
    context: Vec<(String, String)>,
    given: Option<Vec<u8>>,
}

struct Kept {
    value: Vec<u8>,
    expires: Option<u64>,
}

#[derive(Clone)]
struct HttpAnswer {
    status: i32,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

struct Open {
    request: String,
    headers: Vec<String>,
    answer: Option<HttpAnswer>,
}

fn with<T>(body: impl FnOnce(&mut Host) -> T) -> T {
    HOST.with(|host| body(&mut host.borrow_mut()))
}

// ---- What is there.

/// Nothing, at second 0.
pub fn reset() {
    with(|host| *host = Host::default())
}

/// What the next calls are asked by.
pub fn request(method: &str, path: &str, query: &str) {
    with(|host| {
        host.method = Some(method.to_owned());
        host.path = path.to_owned();
        host.query = query.to_owned();
        host.headers.clear();
    })
}

pub fn request_header(name: &str, value: &str) {
    with(|host| host.headers.insert(name.to_ascii_lowercase(), value.to_owned()));
}

/// A value of the configuration, in JSON.
pub fn config(key: &str, json: &str) {
    with(|host| host.config.insert(key.to_owned(), json.to_owned()));
}

pub fn secret(name: &str, value: &str) {
    with(|host| host.secrets.insert(name.to_owned(), value.to_owned()));
}

pub fn kv(key: &str, value: &str) {
    let kept = Kept { value: value.into(), expires: None };
    with(|host| host.values.insert(key.to_owned(), kept));
}

/// What a request is answered with. What nothing is said of is [`Error::Unavailable`].
pub fn http(method: &str, url: &str, status: u16, headers: &[(&str, &str)], body: &str) {
    let headers = headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), (*value).to_owned())).collect();
    let answer = HttpAnswer { status: i32::from(status), headers, body: body.into() };
    with(|host| host.answers.insert(format!("{} {}", method, url), answer));
}

/// What a statement that begins so is answered with: the JSON of a result. Of others no row is affected.
pub fn sql(statement: &str, result: &str) {
    with(|host| host.results.insert(0, (statement.to_owned(), result.to_owned())))
}

/// Imports whose names begin so, such as `kv_`, answer this from now on; None ends that.
pub fn error(import: &str, error: Option<Error>) {
    with(|host| {
        host.codes.retain(|(known, _)| known != import);
        if let Some(error) = error {
            host.codes.push((import.to_owned(), error.code()));
        }
    })
}

/// Time passes, by which values expire.
pub fn advance(time: Duration) {
    with(|host| host.now += time.as_secs())
}

// ---- What the function answered.

/// What became of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    /// By names in small letters.
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
    /// Why the call failed, if it did.
    pub failure: Option<String>,
}

impl Answer {
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("a body in UTF-8")
    }
}

/// Calls a handler.
pub fn call<E: Display>(handler: fn(Request) -> Result<Response, E>, body: impl Into<Vec<u8>>) -> Answer {
    begin();
    let body = crate::call(handler, body.into());
    end(body)
}

/// Calls a processor.
pub fn process<E: Display>(processor: fn(&str) -> Result<String, E>, event: &str) -> Answer {
    begin();
    let body = crate::process(processor, event.into());
    end(body)
}

/// Runs a step with this context, an object.
pub fn run<E: Display>(step: fn(&Value) -> Result<Done, E>, context: &str) -> Answer {
    begin();
    let context = if context.is_empty() { "{}" } else { context };
    let members = match Value::parse(context) {
        Ok(Value::Object(members)) => members,
        _ => panic!("a context is a JSON object, was {}", context),
    };
    with(|host| host.context = members.into_iter().map(|(key, value)| (key, value.to_string())).collect());
    let body = crate::run(step, context.into());
    end(body)
}

fn begin() {
    with(|host| {
        host.status = 200;
        host.response_headers.clear();
        host.failure.clear();
    })
}

fn end(body: Option<Vec<u8>>) -> Answer {
    with(|host| {
        if host.in_transaction {
            host.in_transaction = false; // it ends with its call
            host.calls.push("sql_rollback".to_owned());
        }
        Answer {
            status: host.status as u16,
            headers: host.response_headers.clone(),
            failure: if body.is_none() { Some(host.failure.clone()) } else { None },
            body: body.unwrap_or_default(),
        }
    })
}

pub fn kv_value(key: &str) -> Option<String> {
    with(|host| host.value(key).map(|kept| String::from_utf8_lossy(&kept.value).into_owned()))
}

/// The JSON of a member of the context, as a step left it.
pub fn context_value(key: &str) -> Option<String> {
    with(|host| host.context.iter().find(|(known, _)| known == key).map(|(_, json)| json.clone()))
}

/// The lines, as `info what it said {"its":"fields"}`.
pub fn log() -> Vec<String> {
    with(|host| host.log.clone())
}

/// The sum of a counter, the last value of another, of a timer its milliseconds; 0 without one.
pub fn metric(name: &str) -> f64 {
    with(|host| host.metrics.get(name).copied().unwrap_or(0.0))
}

/// The HTTP requests and SQL statements, in their order: `GET https://example.com/`, `sql_begin`,
/// `sql_query select 1 []`.
pub fn calls() -> Vec<String> {
    with(|host| host.calls.clone())
}

impl Host {
    fn value(&self, key: &str) -> Option<&Kept> {
        self.values.get(key).filter(|kept| kept.expires.map_or(true, |at| at > self.now))
    }

    fn code(&self, import: &str) -> Option<i32> {
        self.codes.iter().find(|(name, _)| import.starts_with(name.as_str())).map(|&(_, code)| code)
    }

    fn keep(&mut self, key: &str, value: &[u8], ttl_seconds: i64) -> i32 {
        if key.is_empty() || ttl_seconds < 0 {
            return Error::Invalid.code();
        }
        if key.len() > 512 || value.len() > 262_144 {
            return Error::TooLarge.code();
        }
        let kept = Kept { value: value.to_vec(), expires: self.expiry(ttl_seconds) };
        self.values.insert(key.to_owned(), kept);
        0
    }

    fn expiry(&self, ttl_seconds: i64) -> Option<u64> {
        if ttl_seconds > 0 { Some(self.now + ttl_seconds as u64) } else { None }
    }

    fn run(&mut self, import: &str, statement: &str, parameters: &str) -> i32 {
        self.calls.push(format!("{} {} {}", import, statement, parameters));
        if let Some(code) = self.code(import) {
            return code;
        }
        let result = self.result(statement);
        self.results_open.push(Some(result));
        self.results_open.len() as i32
    }

    fn result(&self, statement: &str) -> String {
        let result = self.results.iter().find(|(known, _)| statement.starts_with(known.as_str()));
        result.map_or(r#"{"columns":[],"rows":[],"rowsAffected":0}"#, |(_, result)| result).to_owned()
    }

    /// Hands over bytes; [`crate::step`] takes them at once.
    fn give(&mut self, bytes: impl Into<Vec<u8>>) -> u64 {
        self.given = Some(bytes.into());
        1
    }

    fn give_error(&mut self, code: i32) -> u64 {
        let words = ["absent", "denied", "invalid", "quota", "timeout", "failed", "too-large", "conflict"];
        let word = words.get((-1 - code) as usize).copied().unwrap_or("failed");
        let error = Value::object(&[("code", word.into()), ("message", "as the test has it".into())]);
        self.give(Value::object(&[("error", error)]).to_string())
    }

    fn turn(&mut self, import: &str, from: bool, to: bool) -> i32 {
        if let Some(code) = self.code(import) {
            return code;
        }
        if self.in_transaction != from {
            return Error::Invalid.code();
        }
        self.in_transaction = to;
        self.calls.push(import.to_owned());
        0
    }
}

/// The imports as this host has them; [`crate::host`] calls them.
#[allow(clippy::missing_safety_doc, clippy::too_many_arguments)]
pub(crate) mod host {
    use super::{with, Host, Open};
    use crate::json::Value;
    use crate::Error;

    const ABSENT: i32 = -1;
    const INVALID: i32 = -3;
    const UNAVAILABLE: i32 = -6;
    const CONFLICT: i32 = -8;

    unsafe fn bytes<'a>(pointer: *const u8, length: usize) -> &'a [u8] {
        if length == 0 { &[] } else { std::slice::from_raw_parts(pointer, length) }
    }

    unsafe fn text(pointer: *const u8, length: usize) -> String {
        String::from_utf8_lossy(bytes(pointer, length)).into_owned()
    }

    unsafe fn give(value: &[u8], buffer: *mut u8, capacity: usize) -> i32 {
        std::ptr::copy_nonoverlapping(value.as_ptr(), buffer, value.len().min(capacity));
        value.len() as i32
    }

    unsafe fn give_if_there(value: Option<&[u8]>, buffer: *mut u8, capacity: usize) -> i32 {
        value.map_or(ABSENT, |value| give(value, buffer, capacity))
    }

    /// Asks the host, unless a test has the import answer a code.
    fn asked(import: &str, body: impl FnOnce(&mut Host) -> i32) -> i32 {
        with(|host| match host.code(import) {
            Some(code) => code,
            None => body(host),
        })
    }

    pub unsafe fn request_method(buffer: *mut u8, capacity: usize) -> i32 {
        with(|host| give(host.method.as_deref().unwrap_or("POST").as_bytes(), buffer, capacity))
    }

    pub unsafe fn request_path(buffer: *mut u8, capacity: usize) -> i32 {
        with(|host| give(host.path.as_bytes(), buffer, capacity))
    }

    pub unsafe fn request_query(buffer: *mut u8, capacity: usize) -> i32 {
        with(|host| give(host.query.as_bytes(), buffer, capacity))
    }

    pub unsafe fn request_header(name: *const u8, length: usize, buffer: *mut u8, capacity: usize) -> i32 {
        let name = text(name, length).to_ascii_lowercase();
        with(|host| give_if_there(host.headers.get(&name).map(|value| value.as_bytes()), buffer, capacity))
    }

    pub unsafe fn response_status(status: i32) {
        with(|host| host.status = status)
    }

    pub unsafe fn response_header(name: *const u8, name_length: usize, value: *const u8, value_length: usize) {
        let (name, value) = (text(name, name_length).to_ascii_lowercase(), text(value, value_length));
        with(|host| host.response_headers.insert(name, value));
    }

    pub unsafe fn fail(reason: *const u8, length: usize) {
        with(|host| host.failure = text(reason, length))
    }

    fn word(level: i32) -> &'static str {
        ["debug", "info", "warn", "error"].get(level as usize).copied().unwrap_or("info")
    }

    pub unsafe fn log(level: i32, line: *const u8, length: usize) {
        with(|host| host.log.push(format!("{} {}", word(level), text(line, length))))
    }

    pub unsafe fn log_fields(level: i32, line: *const u8, length: usize, json: *const u8, json_length: usize) {
        with(|host| host.log.push(format!("{} {} {}", word(level), text(line, length), text(json, json_length))))
    }

    pub unsafe fn record_metric(name: *const u8, length: usize, value: f64) {
        with(|host| host.metrics.insert(text(name, length), value));
    }

    pub unsafe fn metric_counter(name: *const u8, length: usize, value: f64, _tags: *const u8, _tags_length: usize) {
        with(|host| *host.metrics.entry(text(name, length)).or_insert(0.0) += value)
    }

    pub unsafe fn metric_gauge(name: *const u8, length: usize, value: f64, _tags: *const u8, _tags_length: usize) {
        record_metric(name, length, value)
    }

    pub unsafe fn metric_histogram(name: *const u8, length: usize, value: f64, _tags: *const u8, _tags_length: usize) {
        record_metric(name, length, value)
    }

    pub unsafe fn metric_timer(name: *const u8, length: usize, value: f64, _tags: *const u8, _tags_length: usize) {
        record_metric(name, length, value)
    }

    pub unsafe fn config_get(name: *const u8, length: usize, buffer: *mut u8, capacity: usize) -> i32 {
        let name = text(name, length);
        asked("config_get", |host| give_if_there(host.config.get(&name).map(|json| json.as_bytes()), buffer, capacity))
    }

    pub unsafe fn config_keys(buffer: *mut u8, capacity: usize) -> i32 {
        asked("config_keys", |host| {
            let keys: Vec<String> = host.config.keys().cloned().collect();
            give(Value::from(keys).to_string().as_bytes(), buffer, capacity)
        })
    }

    pub unsafe fn secret_get(name: *const u8, length: usize, buffer: *mut u8, capacity: usize) -> i32 {
        let name = text(name, length);
        asked("secret_get", |host| give_if_there(host.secrets.get(&name).map(|it| it.as_bytes()), buffer, capacity))
    }

    pub unsafe fn kv_get(key: *const u8, length: usize, buffer: *mut u8, capacity: usize) -> i32 {
        let key = text(key, length);
        asked("kv_get", |host| give_if_there(host.value(&key).map(|kept| kept.value.as_slice()), buffer, capacity))
    }

    pub unsafe fn kv_set(
        key: *const u8, length: usize, value: *const u8, value_length: usize, ttl_seconds: i64,
    ) -> i32 {
        asked("kv_set", |host| host.keep(&text(key, length), bytes(value, value_length), ttl_seconds))
    }

    pub unsafe fn kv_delete(key: *const u8, length: usize) -> i32 {
        let key = text(key, length);
        asked("kv_delete", |host| {
            let was_there = host.value(&key).is_some();
            host.values.remove(&key);
            if was_there { 0 } else { ABSENT }
        })
    }

    pub unsafe fn kv_exists(key: *const u8, length: usize) -> i32 {
        asked("kv_exists", |host| i32::from(host.value(&text(key, length)).is_some()))
    }

    pub unsafe fn kv_expire(key: *const u8, length: usize, ttl_seconds: i64) -> i32 {
        let key = text(key, length);
        asked("kv_expire", |host| {
            if host.value(&key).is_none() {
                return ABSENT;
            }
            let expires = host.expiry(ttl_seconds);
            if let Some(kept) = host.values.get_mut(&key) {
                kept.expires = expires;
            }
            0
        })
    }

    pub unsafe fn kv_list(prefix: *const u8, length: usize, limit: i32, buffer: *mut u8, capacity: usize) -> i32 {
        let prefix = text(prefix, length);
        asked("kv_list", |host| {
            let keys: Vec<String> = host
                .values
                .keys()
                .filter(|key| key.starts_with(&prefix) && host.value(key).is_some())
                .take(limit.max(0) as usize)
                .cloned()
                .collect();
            give(Value::from(keys).to_string().as_bytes(), buffer, capacity)
        })
    }

    pub unsafe fn kv_increment(key: *const u8, length: usize, delta: i64, sum: *mut i64) -> i32 {
        let key = text(key, length);
        asked("kv_increment", |host| {
            let (old, expires) = match host.value(&key) {
                Some(kept) => (String::from_utf8_lossy(&kept.value).parse::<i64>().ok(), kept.expires),
                None => (Some(0), None),
            };
            match old.and_then(|old| old.checked_add(delta)) {
                Some(value) => {
                    host.values.insert(key, super::Kept { value: value.to_string().into(), expires });
                    *sum = value;
                    0
                }
                None => INVALID,
            }
        })
    }

    pub unsafe fn kv_compare_and_set(
        key: *const u8, length: usize, old: *const u8, old_length: usize, value: *const u8, value_length: usize,
        ttl_seconds: i64,
    ) -> i32 {
        let key = text(key, length);
        asked("kv_compare_and_set", |host| {
            let is_same = match host.value(&key) {
                Some(kept) => old_length != crate::host::NO_VALUE && kept.value == bytes(old, old_length),
                None => old_length == crate::host::NO_VALUE,
            };
            if is_same { host.keep(&key, bytes(value, value_length), ttl_seconds) } else { CONFLICT }
        })
    }

    const STATE: &str = "processor-state/function";

    /// A pointer has no room in 32 bits here: [`crate::state::get`] asks for the value itself.
    pub unsafe fn get_processor_state() -> u64 {
        0
    }

    pub unsafe fn set_processor_state(value: *const u8, length: usize) -> i32 {
        kv_set(STATE.as_ptr(), STATE.len(), value, length, 0)
    }

    pub fn processor_state() -> Option<Vec<u8>> {
        with(|host| match host.code("get_processor_state") {
            Some(_) => None,
            None => host.value(STATE).map(|kept| kept.value.clone()),
        })
    }

    pub unsafe fn get_context(key: *const u8, length: usize) -> u64 {
        let key = text(key, length);
        with(|host| match host.context.iter().find(|(known, _)| *known == key).map(|(_, json)| json.clone()) {
            Some(json) => host.give(json),
            None => 0,
        })
    }

    pub unsafe fn set_context(key: *const u8, length: usize, json: *const u8, json_length: usize) -> i32 {
        let (key, json) = (text(key, length), text(json, json_length));
        asked("set_context", |host| {
            if key.is_empty() || key.chars().count() > 256 || Value::parse(&json).is_err() {
                return INVALID;
            }
            match host.context.iter_mut().find(|(known, _)| *known == key) {
                Some(member) => member.1 = json,
                None => host.context.push((key, json)),
            }
            0
        })
    }

    pub unsafe fn http_request(json: *const u8, length: usize) -> u64 {
        let request = Value::parse(&text(json, length)).unwrap_or(Value::Null);
        let url = request.get("url").and_then(Value::as_str).unwrap_or("");
        let method = request.get("method").and_then(Value::as_str).unwrap_or("GET").to_ascii_uppercase();
        let name = format!("{} {}", method, url);
        let line = match request.get("body") {
            None | Some(Value::Null) => name.clone(),
            Some(Value::String(body)) => format!("{} {}", name, body),
            Some(body) => format!("{} {}", name, body),
        };
        with(|host| {
            if url.is_empty() {
                return host.give_error(INVALID);
            }
            host.calls.push(line);
            match (host.code("http_request"), host.answers.get(&name).cloned()) {
                (Some(code), _) => host.give_error(code),
                (None, None) => host.give_error(UNAVAILABLE),
                (None, Some(answer)) => {
                    let headers =
                        answer.headers.into_iter().map(|(name, value)| (name, value.into())).collect();
                    let answer = Value::object(&[
                        ("status", answer.status.into()),
                        ("headers", Value::Object(headers)),
                        ("body", String::from_utf8_lossy(&answer.body).into_owned().into()),
                    ]);
                    host.give(answer.to_string())
                }
            }
        })
    }

    pub unsafe fn db_query(json: *const u8, length: usize) -> u64 {
        let request = Value::parse(&text(json, length)).unwrap_or(Value::Null);
        let sql = request.get("sql").and_then(Value::as_str).unwrap_or("");
        let parameters = request.get("params").map_or("[]".to_owned(), Value::to_string);
        with(|host| {
            if sql.is_empty() {
                return host.give_error(INVALID);
            }
            host.calls.push(format!("db_query {} {}", sql, parameters));
            match host.code("db_query") {
                Some(code) => host.give_error(code),
                None => {
                    let result = host.result(sql);
                    host.give(result)
                }
            }
        })
    }

    /// What was handed over last: a pointer has no room in 32 bits here.
    pub fn given() -> Option<Vec<u8>> {
        with(|host| host.given.take())
    }

    fn opened(host: &mut Host, handle: i32) -> Option<&mut Open> {
        host.requests.get_mut((handle - 1) as usize)?.as_mut()
    }

    pub unsafe fn http_open(method: *const u8, method_length: usize, url: *const u8, url_length: usize) -> i32 {
        asked("http_open", |host| {
            let request = format!("{} {}", text(method, method_length), text(url, url_length));
            host.requests.push(Some(Open { request, headers: Vec::new(), answer: None }));
            host.requests.len() as i32
        })
    }

    pub unsafe fn http_header(
        handle: i32, name: *const u8, name_length: usize, value: *const u8, value_length: usize,
    ) -> i32 {
        let header = format!("{}: {}", text(name, name_length), text(value, value_length));
        asked("http_header", |host| match opened(host, handle) {
            Some(open) => {
                open.headers.push(header);
                0
            }
            None => INVALID,
        })
    }

    pub unsafe fn http_send(handle: i32, body: *const u8, length: usize) -> i32 {
        with(|host| {
            let (request, line) = match opened(host, handle) {
                Some(open) => {
                    let mut line = open.request.clone();
                    if length > 0 {
                        line = format!("{} {}", line, text(body, length));
                    }
                    (open.request.clone(), line)
                }
                None => return INVALID,
            };
            host.calls.push(line);
            if let Some(code) = host.code("http_send") {
                return code;
            }
            match host.answers.get(&request).cloned() {
                Some(answer) => {
                    let status = answer.status;
                    if let Some(open) = opened(host, handle) {
                        open.answer = Some(answer);
                    }
                    status
                }
                None => UNAVAILABLE,
            }
        })
    }

    pub unsafe fn http_response_header(
        handle: i32, name: *const u8, length: usize, buffer: *mut u8, capacity: usize,
    ) -> i32 {
        let name = text(name, length).to_ascii_lowercase();
        with(|host| match opened(host, handle).and_then(|open| open.answer.as_ref()) {
            Some(answer) => give_if_there(answer.headers.get(&name).map(|value| value.as_bytes()), buffer, capacity),
            None => INVALID,
        })
    }

    pub unsafe fn http_response_body(handle: i32, buffer: *mut u8, capacity: usize) -> i32 {
        with(|host| match opened(host, handle).and_then(|open| open.answer.as_ref()) {
            Some(answer) => give(&answer.body, buffer, capacity),
            None => INVALID,
        })
    }

    pub unsafe fn http_close(handle: i32) {
        with(|host| {
            if let Some(open) = host.requests.get_mut((handle - 1) as usize) {
                *open = None;
            }
        })
    }

    pub unsafe fn http_is_allowed(_method: *const u8, _method_length: usize, _url: *const u8, _length: usize) -> i32 {
        with(|host| i32::from(host.code("http_open") != Some(Error::Denied.code())))
    }

    pub unsafe fn sql_query(sql: *const u8, length: usize, parameters: *const u8, parameters_length: usize) -> i32 {
        with(|host| host.run("sql_query", &text(sql, length), &text(parameters, parameters_length)))
    }

    pub unsafe fn sql_execute(sql: *const u8, length: usize, parameters: *const u8, parameters_length: usize) -> i32 {
        with(|host| host.run("sql_execute", &text(sql, length), &text(parameters, parameters_length)))
    }

    pub unsafe fn sql_result(handle: i32, buffer: *mut u8, capacity: usize) -> i32 {
        with(|host| match host.results_open.get((handle - 1) as usize).and_then(Option::as_ref) {
            Some(result) => give(result.as_bytes(), buffer, capacity),
            None => INVALID,
        })
    }

    pub unsafe fn sql_close(handle: i32) {
        with(|host| {
            if let Some(result) = host.results_open.get_mut((handle - 1) as usize) {
                *result = None;
            }
        })
    }

    pub unsafe fn sql_begin() -> i32 {
        with(|host| host.turn("sql_begin", false, true))
    }

    pub unsafe fn sql_commit() -> i32 {
        with(|host| host.turn("sql_commit", true, false))
    }

    pub unsafe fn sql_rollback() -> i32 {
        with(|host| host.turn("sql_rollback", true, false))
    }

    pub unsafe fn sql_is_allowed(_sql: *const u8, _length: usize) -> i32 {
        with(|host| i32::from(host.code("sql_query") != Some(Error::Denied.code())))
    }
}
