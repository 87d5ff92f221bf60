//! enrich - adds what another server knows of a customer to an order, and remembers it for a while.
//!
//! POST an order, a JSON object with the text or number `customer`; it is answered with `customer` replaced by what
//! GET {base_url}/customers/ID gave. `x-cache` says `hit` where no server was asked.
//! Configuration: `base_url`, and `cache_seconds` (60).

use leat::json::Value;
use leat::{config, http, kv, log, Error, Request, Response};
use std::time::Duration;

leat::handler!(handle);

fn handle(request: Request) -> Result<Response, Error> {
    let order = match request.text().ok().and_then(|text| Value::parse(text).ok()) {
        Some(Value::Object(members)) => members,
        _ => return Ok(problem(400, "The body must be a JSON object.")),
    };
    let id = match order.iter().find(|(name, _)| name == "customer").map(|(_, value)| value) {
        Some(Value::String(id)) if is_id(id) => id.clone(),
        Some(Value::Number(id)) if is_id(id) => id.clone(),
        _ => return Ok(problem(400, "The order's customer must be 1-64 letters, digits and '-'.")),
    };
    let (customer, cache) = match cached(&id) {
        Some(customer) => (customer, "hit"),
        None => match asked(&id)? {
            Asked::Found(customer) => (customer, "miss"),
            Asked::Unknown => return Ok(problem(404, "There is no such customer.")),
            Asked::Failed(why) => return Ok(problem(502, why)),
        },
    };
    let members = order
        .into_iter()
        .map(|(name, value)| if name == "customer" { (name, customer.clone()) } else { (name, value) })
        .collect();
    Ok(Response::json(&Value::Object(members)).header("x-cache", cache))
}

/// It becomes part of a key and of a URL.
fn is_id(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// A cache that is away is no reason to answer nobody.
fn cached(id: &str) -> Option<Value> {
    match kv::get_text(&key(id)) {
        Ok(found) => found.and_then(|text| Value::parse(&text).ok()),
        Err(error) => {
            log::warn(&format!("the cache was not read: {}", error));
            None
        }
    }
}

enum Asked {
    Found(Value),
    Unknown,
    Failed(&'static str),
}

fn asked(id: &str) -> Result<Asked, Error> {
    let base = config::string("base_url")?.ok_or(Error::Absent)?;
    let answer = match http::get(&format!("{}/customers/{}", base, id)).header("accept", "application/json").send() {
        Ok(answer) => answer,
        Err(Error::Denied) => return Ok(Asked::Failed("The server of customers is not allowed: see http.allow.")),
        Err(_) => return Ok(Asked::Failed("The server of customers did not answer.")),
    };
    if answer.status() == 404 {
        return Ok(Asked::Unknown);
    }
    match Value::parse(&answer.text()) {
        Ok(customer) if answer.is_ok() => {
            let seconds = config::int("cache_seconds")?.unwrap_or(60).max(1) as u64;
            if let Err(error) = kv::set(&key(id), customer.to_string(), Some(Duration::from_secs(seconds))) {
                log::warn(&format!("the cache was not written: {}", error));
            }
            Ok(Asked::Found(customer))
        }
        _ => Ok(Asked::Failed("The server of customers answered what is no customer.")),
    }
}

fn key(id: &str) -> String {
    format!("customer:{}", id)
}

fn problem(status: u16, detail: &str) -> Response {
    let body = Value::object(&[("status", u32::from(status).into()), ("detail", detail.into())]);
    Response::json(&body).status(status).header("content-type", "application/problem+json")
}

#[cfg(test)]
mod tests {
    use super::*;
    use leat::fake;

    const URL: &str = "https://customers.example.com/customers/7";

    fn begin() {
        fake::reset();
        fake::config("base_url", "\"https://customers.example.com\"");
    }

    #[test]
    fn an_order_is_enriched_and_the_customer_remembered() {
        begin();
        fake::http("GET", URL, 200, &[], r#"{"id":7,"name":"Ada"}"#);

        let first = fake::call(handle, r#"{"order":1,"customer":7}"#);
        let second = fake::call(handle, r#"{"order":2,"customer":"7"}"#);

        assert_eq!(first.text(), r#"{"order":1,"customer":{"id":7,"name":"Ada"}}"#);
        assert_eq!((first.headers["x-cache"].as_str(), second.headers["x-cache"].as_str()), ("miss", "hit"));
        assert_eq!(fake::calls(), [format!("GET {}", URL)]);
        fake::advance(Duration::from_secs(60));
        assert_eq!(fake::call(handle, r#"{"customer":7}"#).headers["x-cache"], "miss");
    }

    #[test]
    fn without_a_cache_it_asks_each_time() {
        begin();
        fake::error("kv_", Some(Error::Unavailable));
        fake::http("GET", URL, 200, &[], r#"{"id":7}"#);

        assert_eq!(fake::call(handle, r#"{"customer":7}"#).text(), r#"{"customer":{"id":7}}"#);
        assert_eq!(fake::log().len(), 2);
    }

    #[test]
    fn what_is_no_order_or_no_customer_is_told() {
        begin();
        for (body, status) in [("", 400), ("[]", 400), ("{}", 400), (r#"{"customer":"../7"}"#, 400)] {
            assert_eq!(fake::call(handle, body).status, status);
        }
        fake::http("GET", URL, 404, &[], "");
        assert_eq!(fake::call(handle, r#"{"customer":7}"#).status, 404);
        fake::http("GET", URL, 200, &[], "no JSON");
        assert_eq!(fake::call(handle, r#"{"customer":7}"#).status, 502);
        assert_eq!(fake::call(handle, r#"{"customer":8}"#).status, 502);
        fake::error("http_open", Some(Error::Denied));
        assert!(fake::call(handle, r#"{"customer":7}"#).text().contains("http.allow"));
    }
}
