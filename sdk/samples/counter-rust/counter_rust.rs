//! counter-rust - counts calls by path, in the tenant's key-value store. The sample `counter`, in Rust.
//!
//! POST /f/TENANT/counter-rust/NAME adds one, or the whole number in the body; GET reads; DELETE starts anew.
//! Answers {"count":N}.

use leat::json::Value;
use leat::{kv, Error, Request, Response};

leat::handler!(handle);

const NAME_BYTES_MAX: usize = 200;

fn handle(request: Request) -> Result<Response, std::convert::Infallible> {
    Ok(count(&request).unwrap_or_else(refused))
}

/// What is counted now; an error of the store's is the caller's to know.
fn count(request: &Request) -> Result<Response, Error> {
    let name = request.path();
    if name.len() > NAME_BYTES_MAX {
        return Ok(problem(414, "A counter's name has up to 200 bytes.\n"));
    }
    let key = format!("count:{}", name);
    let count = match request.method().as_str() {
        "DELETE" => {
            kv::delete(&key)?;
            0
        }
        "GET" => match kv::get_text(&key)? {
            Some(digits) => digits.parse().map_err(|_| Error::Invalid)?,
            None => 0,
        },
        _ => match addend(request.body()) {
            Some(more) => kv::increment(&key, more)?,
            None => return Ok(problem(400, "The body must be a whole number of up to nine digits, or nothing.\n")),
        },
    };
    Ok(Response::json(&Value::object(&[("count", count.into())])))
}

/// A whole number of up to nine digits; 1 where there is none.
fn addend(body: &[u8]) -> Option<i64> {
    if body.is_empty() {
        return Some(1);
    }
    let text = std::str::from_utf8(body).ok()?;
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || digits.len() > 9 || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

fn refused(error: Error) -> Response {
    match error {
        Error::Denied => problem(403, "The counter may not reach this key. Grant keyValue, or a permission for it.\n"),
        Error::Invalid => problem(409, "What is counted here is no number, or would leave 64 bits.\n"),
        Error::Quota => problem(507, "The tenant has no room for another counter.\n"),
        _ => problem(503, "The counter cannot be reached just now. Try again.\n"),
    }
}

fn problem(status: u16, text: &str) -> Response {
    Response::text(text).status(status)
}

#[cfg(test)]
mod tests {
    use super::*;
    use leat::fake;

    #[test]
    fn it_counts_by_path_and_starts_anew() {
        fake::request("POST", "/a", "");
        assert_eq!(fake::call(handle, "").text(), "{\"count\":1}");
        assert_eq!(fake::call(handle, "-5").text(), "{\"count\":-4}");
        assert_eq!(fake::call(handle, "1.5").status, 400);
        fake::request("GET", "/a", "");
        assert_eq!(fake::call(handle, "").text(), "{\"count\":-4}");
        fake::request("DELETE", "/a", "");
        fake::call(handle, "");
        assert_eq!(fake::kv_value("count:/a"), None);
    }

    #[test]
    fn what_the_store_refuses_is_told() {
        for (error, status) in [(Error::Denied, 403), (Error::Quota, 507), (Error::Unavailable, 503)] {
            fake::error("kv_", Some(error));
            assert_eq!(fake::call(handle, "").status, status);
        }
    }
}
