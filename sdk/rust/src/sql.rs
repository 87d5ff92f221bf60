//! Statements to the database that the manifest names. Capability: `database`.

use crate::error::{checked, read, text, Error};
use crate::host;
use crate::json::Value;

/// What a statement gave.
#[derive(Clone, Debug, PartialEq)]
pub struct Rows {
    pub columns: Vec<String>,
    /// The values of each row, in the order of the columns.
    pub rows: Vec<Vec<Value>>,
    pub rows_affected: u64,
}

impl Rows {
    /// The value of the first row and column, if there is one.
    pub fn first(&self) -> Option<&Value> {
        self.rows.first().and_then(|row| row.first())
    }

    /// The value of a row by its column's name.
    pub fn value(&self, row: usize, column: &str) -> Option<&Value> {
        let at = self.columns.iter().position(|name| name.eq_ignore_ascii_case(column))?;
        self.rows.get(row)?.get(at)
    }
}

/// Reads. Each `?` of the statement stands for a parameter: `query("select n from t where id = ?", &[7.into()])`.
pub fn query(statement: &str, parameters: &[Value]) -> Result<Rows, Error> {
    let parameters = Value::Array(parameters.to_vec()).to_string();
    rows(unsafe { host::sql_query(statement.as_ptr(), statement.len(), parameters.as_ptr(), parameters.len()) })
}

/// Changes; how many rows it changed.
pub fn execute(statement: &str, parameters: &[Value]) -> Result<u64, Error> {
    let parameters = Value::Array(parameters.to_vec()).to_string();
    let handle =
        unsafe { host::sql_execute(statement.as_ptr(), statement.len(), parameters.as_ptr(), parameters.len()) };
    rows(handle).map(|rows| rows.rows_affected)
}

/// Does all of it, or nothing: an error of the closure's rolls back what was done, and so does a call that ends meanwhile.
pub fn transaction<T, E: From<Error>>(body: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    checked(unsafe { host::sql_begin() })?;
    match body() {
        Ok(result) => {
            checked(unsafe { host::sql_commit() })?;
            Ok(result)
        }
        Err(error) => {
            // The closure's error is what matters; what is not committed does not stay in any case.
            let _ = unsafe { host::sql_rollback() };
            Err(error)
        }
    }
}

/// Whether the function may run such a statement.
pub fn is_allowed(statement: &str) -> Result<bool, Error> {
    match checked(unsafe { host::sql_is_allowed(statement.as_ptr(), statement.len()) }) {
        Ok(answer) => Ok(answer != 0),
        Err(Error::Denied) => Ok(false),
        Err(error) => Err(error),
    }
}

fn rows(code: i32) -> Result<Rows, Error> {
    let handle = Handle(checked(code)? as i32);
    let json = read(|buffer, capacity| unsafe { host::sql_result(handle.0, buffer, capacity) })?;
    let result = Value::parse(&text(json)).map_err(|_| Error::Invalid)?;
    Ok(Rows {
        columns: result.get("columns").map_or(&[][..], Value::items).iter()
            .map(|name| name.as_str().unwrap_or("").to_owned()).collect(),
        rows: result.get("rows").map_or(&[][..], Value::items).iter()
            .map(|row| row.items().to_vec()).collect(),
        rows_affected: result.get("rowsAffected").and_then(Value::as_i64).unwrap_or(0).max(0) as u64,
    })
}

struct Handle(i32);

impl Drop for Handle {
    fn drop(&mut self) {
        unsafe { host::sql_close(self.0) }
    }
}
