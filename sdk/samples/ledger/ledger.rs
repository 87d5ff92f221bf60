//! ledger - moves money between accounts of a database, in one transaction.
//!
//! POST {"from":"ada","to":"bob","cents":250} moves it, all or nothing, and answers both balances; GET /NAME answers
//! one. Tables: README.md.

use leat::json::Value;
use leat::{log, sql, Error, Request, Response};

leat::handler!(handle);

fn handle(request: Request) -> Result<Response, Error> {
    match request.method().as_str() {
        "GET" => balance(request.path().trim_start_matches('/')),
        _ => transfer(&request),
    }
}

fn balance(account: &str) -> Result<Response, Error> {
    let rows = sql::query("SELECT cents FROM accounts WHERE name = ?", &[account.into()])?;
    Ok(match rows.first() {
        Some(cents) => Response::json(&Value::object(&[("account", account.into()), ("cents", cents.clone())])),
        None => problem(404, "There is no such account."),
    })
}

/// Why nothing was moved.
enum Refused {
    /// An account is missing, or has too little.
    Rule(u16, &'static str),
    Database(Error),
}

impl From<Error> for Refused {
    fn from(error: Error) -> Refused {
        Refused::Database(error)
    }
}

fn transfer(request: &Request) -> Result<Response, Error> {
    let order = request.text().ok().and_then(|text| Value::parse(text).ok()).unwrap_or(Value::Null);
    let text = |name| order.get(name).and_then(Value::as_str);
    let (from, to, cents) = match (text("from"), text("to"), order.get("cents").and_then(Value::as_i64)) {
        (Some(from), Some(to), Some(cents)) if from != to && (1..=1_000_000_000).contains(&cents) => (from, to, cents),
        _ => return Ok(problem(400, "A transfer is {\"from\", \"to\", \"cents\"}: two accounts, 1 to 1000000000.")),
    };
    match sql::transaction(|| moved(from, to, cents)) {
        Ok(balances) => Ok(Response::json(&balances)),
        Err(Refused::Rule(status, why)) => Ok(problem(status, why)),
        Err(Refused::Database(error)) => {
            log::error(&format!("nothing was moved: {}", error));
            Ok(problem(503, "The ledger cannot be reached just now. Nothing was moved."))
        }
    }
}

/// Within a transaction: an error undoes what was done before it.
fn moved(from: &str, to: &str, cents: i64) -> Result<Value, Refused> {
    // The condition is part of the change: what was read before could have changed meanwhile.
    let taken = sql::execute(
        "UPDATE accounts SET cents = cents - ? WHERE name = ? AND cents >= ?",
        &[cents.into(), from.into(), cents.into()],
    )?;
    if taken == 0 {
        return Err(Refused::Rule(409, "The account has too little, or there is no such account."));
    }
    if sql::execute("UPDATE accounts SET cents = cents + ? WHERE name = ?", &[cents.into(), to.into()])? == 0 {
        return Err(Refused::Rule(404, "There is no account to move it to."));
    }
    sql::execute(
        "INSERT INTO transfers (from_account, to_account, cents) VALUES (?, ?, ?)",
        &[from.into(), to.into(), cents.into()],
    )?;
    let rows = sql::query("SELECT name, cents FROM accounts WHERE name IN (?, ?)", &[from.into(), to.into()])?;
    let balances: Vec<(String, Value)> = (0..rows.rows.len())
        .filter_map(|row| Some((rows.value(row, "name")?.as_str()?.to_owned(), rows.value(row, "cents")?.clone())))
        .collect();
    Ok(Value::Object(balances))
}

fn problem(status: u16, detail: &str) -> Response {
    let body = Value::object(&[("status", u32::from(status).into()), ("detail", detail.into())]);
    Response::json(&body).status(status).header("content-type", "application/problem+json")
}

#[cfg(test)]
mod tests {
    use super::*;
    use leat::fake;

    const ONE: &str = r#"{"rowsAffected":1}"#;

    #[test]
    fn a_transfer_is_one_transaction() {
        fake::sql("UPDATE", ONE);
        fake::sql("INSERT", ONE);
        fake::sql("SELECT", r#"{"columns":["NAME","CENTS"],"rows":[["ada",750],["bob",250]]}"#);

        let answer = fake::call(handle, r#"{"from":"ada","to":"bob","cents":250}"#);

        assert_eq!(answer.text(), r#"{"ada":750,"bob":250}"#);
        let calls = fake::calls();
        assert_eq!(calls.first().map(String::as_str), Some("sql_begin"));
        assert_eq!(calls.last().map(String::as_str), Some("sql_commit"));
        assert_eq!(calls[1], r#"sql_execute UPDATE accounts SET cents = cents - ? WHERE name = ? AND cents >= ? [250,"ada",250]"#);
    }

    #[test]
    fn too_little_undoes_everything() {
        let answer = fake::call(handle, r#"{"from":"ada","to":"bob","cents":250}"#);

        assert_eq!(answer.status, 409);
        assert_eq!(fake::calls().last().map(String::as_str), Some("sql_rollback"));
    }

    #[test]
    fn a_database_that_is_away_moves_nothing_and_says_so() {
        fake::error("sql_execute", Some(Error::Unavailable));

        assert_eq!(fake::call(handle, r#"{"from":"ada","to":"bob","cents":1}"#).status, 503);
        assert_eq!(fake::calls().last().map(String::as_str), Some("sql_rollback"));
    }

    #[test]
    fn what_is_no_transfer_is_refused() {
        for body in ["", "{}", r#"{"from":"a","to":"a","cents":1}"#, r#"{"from":"a","to":"b","cents":-1}"#] {
            assert_eq!(fake::call(handle, body).status, 400);
        }
        assert!(fake::calls().is_empty());
    }
}
