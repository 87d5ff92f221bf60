//! The crate against its fake host:  cargo test, or without Cargo
//! rustc --edition 2021 --crate-type rlib --crate-name leat --cfg 'feature="std"' src/lib.rs
//! rustc --edition 2021 --test --extern leat=libleat.rlib tests/powers.rs
#![allow(non_snake_case)]

use leat::json::Value;
use leat::log::Level;
use leat::{config, fake, http, kv, log, metrics, secrets, sql, state, step, step::Done, Error, Request, Response};
use std::time::Duration;

fn echo(request: Request) -> Result<Response, std::str::Utf8Error> {
    let name = request.header("X-Name").unwrap_or_else(|| "nobody".to_owned());
    let body = format!("{} {}?{} {} {}", request.method(), request.path(), request.query(), name, request.text()?);
    Ok(Response::text(body).status(201))
}

#[test]
fn handler_isAnsweredAsItSays() {
    fake::request("PUT", "/a/b", "q=1");
    fake::request_header("x-name", "Ada");

    let answer = fake::call(echo, "body");

    assert_eq!(answer.text(), "PUT /a/b?q=1 Ada body");
    assert_eq!(answer.status, 201);
    assert_eq!(answer.headers["content-type"], "text/plain; charset=utf-8");
    assert_eq!(answer.failure, None);
}

#[test]
fn handler_thatErrs_failsWithItsText() {
    let answer = fake::call(echo, vec![0xFF]);

    assert!(answer.failure.expect("a failure").contains("invalid utf-8"));
    assert!(answer.body.is_empty());
}

#[test]
fn processor_refusesAnEvent_andLogsWhy() {
    fn process(event: &str) -> Result<String, &'static str> {
        if event == "{}" { Ok("{\"seen\":true}".to_owned()) } else { Err("no event") }
    }

    assert_eq!(fake::process(process, "{}").text(), "{\"seen\":true}");
    assert!(fake::process(process, "[]").failure.is_some());
    assert_eq!(fake::log(), ["error no event"]);
}

#[test]
fn processor_hasAValueOfItsOwn() {
    fn count(_event: &str) -> Result<String, Error> {
        let seen = state::get().map_or(0, |digits| digits.len()) + 1;
        state::set("x".repeat(seen))?;
        Ok(seen.to_string())
    }

    assert_eq!(fake::process(count, "{}").text(), "1");
    assert_eq!(fake::process(count, "{}").text(), "2");
    fake::error("kv_set", Some(Error::Quota));
    assert!(fake::process(count, "{}").failure.is_some());
}

#[test]
fn step_readsAndSetsItsContext_andSaysWhatComesNext() {
    fn run(context: &Value) -> Result<Done, Error> {
        let order = context.get("order").and_then(Value::as_i64).ok_or(Error::Absent)?;
        assert_eq!(step::get("order"), Some(order.into()));
        assert_eq!(step::get("none"), None);
        step::set("seen", &true.into())?;
        assert_eq!(step::get("seen"), Some(true.into()));
        assert_eq!(step::set("", &true.into()), Err(Error::Invalid));
        let done = Done::with(Value::object(&[("order", order.into())]));
        Ok(if order == 7 { done.next(&["mail"]) } else { done.next(&["mail", "bill"]).error("late") })
    }

    let answer = fake::run(run, r#"{"order":7}"#);
    assert_eq!(answer.text(), r#"{"output":{"order":7},"next":"mail","errors":[]}"#);
    assert_eq!(fake::context_value("seen").as_deref(), Some("true"));
    assert_eq!(fake::context_value("none"), None);
    let answer = fake::run(run, r#"{"order":8}"#);
    assert_eq!(answer.text(), r#"{"output":{"order":8},"next":["mail","bill"],"errors":["late"]}"#);
    assert!(fake::run(run, "").failure.is_some());
    assert_eq!(fake::log(), ["error it is not there"]);
}

#[test]
fn step_asksServersAndDatabasesInJson() -> Result<(), Error> {
    fake::http("POST", "https://example.com/", 201, &[("ETag", "1")], "made");
    fake::sql("select", r#"{"columns":["n"],"rows":[[5]],"rowsAffected":0}"#);
    let request = Value::parse(r#"{"method":"post","url":"https://example.com/","body":{"n":1}}"#).unwrap();

    let answer = step::http_request(&request)?;
    assert_eq!(answer.to_string(), r#"{"status":201,"headers":{"etag":"1"},"body":"made"}"#);
    let none = Value::object(&[("url", "https://example.com/none".into())]);
    assert_eq!(step::http_request(&none), Err(Error::Unavailable));
    assert_eq!(step::http_request(&Value::object(&[])), Err(Error::Invalid));
    let query = Value::parse(r#"{"sql":"select n from t","params":[1,"x"]}"#).unwrap();
    assert_eq!(step::db_query(&query)?.get("rows").map(|rows| rows.to_string()).as_deref(), Some("[[5]]"));
    fake::error("db_query", Some(Error::Conflict));
    assert_eq!(step::db_query(&query), Err(Error::Conflict));
    assert_eq!(
        fake::calls()[..2],
        [r#"POST https://example.com/ {"n":1}"#, "GET https://example.com/none"]);
    assert_eq!(fake::calls()[2], r#"db_query select n from t [1,"x"]"#);
    Ok(())
}

#[test]
fn keyValue_keepsCountsComparesAndExpires() -> Result<(), Error> {
    assert_eq!(kv::get("a")?, None);
    kv::set("a", "1", Some(Duration::from_secs(10)))?;
    assert_eq!(kv::increment("a", 41)?, 42);
    assert_eq!(kv::get_text("a")?.as_deref(), Some("42"));
    assert!(kv::exists("a")?);
    assert!(kv::compare_and_set("b", None, "x", None)?);
    assert!(!kv::compare_and_set("b", None, "y", None)?);
    assert!(kv::compare_and_set("b", Some(b"x"), "no number", None)?);
    assert_eq!(kv::increment("b", 1), Err(Error::Invalid));
    assert_eq!(kv::list("", 10)?, ["a", "b"]);
    fake::advance(Duration::from_secs(10));
    assert_eq!(kv::list("", 10)?, ["b"]);
    assert!(!kv::expire("a", None)?);
    assert!(kv::delete("b")?);
    assert!(!kv::delete("b")?);
    fake::error("kv_", Some(Error::Quota));
    assert_eq!(kv::set("c", "1", None), Err(Error::Quota));
    fake::error("kv_", None);
    let long = vec![b'v'; 100_000];
    kv::set("c", &long, None)?;
    assert_eq!(kv::get("c")?, Some(long));
    Ok(())
}

#[test]
fn configAndSecrets_areWhatIsThere() -> Result<(), Error> {
    fake::config("limit", "12");
    fake::config("name", "\"a\\u00e9\"");
    fake::config("on", "true");
    fake::secret("key", "s3cret");

    assert_eq!(config::int("limit")?, Some(12));
    assert_eq!(config::string("name")?.as_deref(), Some("aé"));
    assert_eq!(config::bool("on")?, Some(true));
    assert_eq!(config::string("none")?, None);
    assert_eq!(config::keys()?, ["limit", "name", "on"]);
    assert_eq!(secrets::get("key")?.as_deref(), Some("s3cret"));
    fake::error("secret_get", Some(Error::Denied));
    assert_eq!(secrets::get("key"), Err(Error::Denied));
    Ok(())
}

#[test]
fn logAndMetrics_areKept() {
    log::warn("careful");
    log::fields(Level::Info, "sold", &[("pieces", 3.into()), ("to", "Ada".into())]);
    metrics::counter("calls", 2.0, &[("to", "a")]);
    metrics::counter("calls", 3.0, &[]);
    metrics::timer("took", Duration::from_millis(250), &[]);

    assert_eq!(fake::log(), ["warn careful", "info sold {\"pieces\":3,\"to\":\"Ada\"}"]);
    assert_eq!(fake::metric("calls"), 5.0);
    assert_eq!(fake::metric("took"), 250.0);
}

#[test]
fn http_givesStatusHeadersAndBody() -> Result<(), Error> {
    let page = "p".repeat(5_000);
    fake::http("GET", "https://example.com/", 404, &[("ETag", "1")], &page);

    let answer = http::get("https://example.com/").header("accept", "text/plain").send()?;

    assert_eq!((answer.status(), answer.is_ok()), (404, false));
    assert_eq!(answer.header("etag")?.as_deref(), Some("1"));
    assert_eq!(answer.header("none")?, None);
    assert_eq!(answer.text(), page);
    assert_eq!(http::post("https://example.com/", "x").send().unwrap_err(), Error::Unavailable);
    assert_eq!(fake::calls(), ["GET https://example.com/", "POST https://example.com/ x"]);
    fake::error("http_open", Some(Error::Denied));
    assert_eq!(http::is_allowed("GET", "https://example.com/")?, false);
    Ok(())
}

#[test]
fn sql_readsRows_andEndsTransactions() -> Result<(), Error> {
    fake::sql("select", r#"{"columns":["ID","NAME"],"rows":[[7,"Ada"],[8,null]],"rowsAffected":0}"#);
    fake::sql("update", r#"{"columns":[],"rows":[],"rowsAffected":1}"#);

    let rows = sql::query("select id, name from t where id > ?", &[6.into()])?;
    assert_eq!(rows.value(0, "name"), Some(&Value::from("Ada")));
    assert_eq!(rows.value(1, "name"), Some(&Value::Null));
    assert_eq!(rows.first().and_then(Value::as_i64), Some(7));
    sql::transaction(|| sql::execute("update t set n = ?", &[1.into()]))?;
    let failed: Result<(), Error> = sql::transaction(|| Err(Error::Conflict));

    assert_eq!(failed, Err(Error::Conflict));
    assert_eq!(
        fake::calls(),
        [
            "sql_query select id, name from t where id > ? [6]",
            "sql_begin",
            "sql_execute update t set n = ? [1]",
            "sql_commit",
            "sql_begin",
            "sql_rollback",
        ]
    );
    Ok(())
}

#[test]
fn json_isReadStrictly_andWrittenAsItWas() {
    let text = r#"{"a":[1,-2.50e+3,true,null,"é\n\"\\"],"b":{}}"#;
    assert_eq!(Value::parse(text).map(|value| value.to_string()).as_deref(), Ok(text));
    assert_eq!(Value::parse(r#""\ud83d\ude00\u0041""#), Ok(Value::from("😀A")));
    for wrong in ["", "01", "1.", "[1,]", "{\"a\"}", "{a:1}", "\"\n\"", "\"\\ud83d\"", "\"\\x\"", "1 2", "tru", "\"a"] {
        assert!(Value::parse(wrong).is_err(), "{}", wrong);
    }
    assert!(Value::parse(&"[".repeat(1_000_000)).is_err());
    assert_eq!(Value::from(f64::NAN).to_string(), "null");
    assert_eq!(Value::from("\u{1}\"").to_string(), r#""\u0001\"""#);
}
