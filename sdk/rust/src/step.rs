//! One step of a job, for the contract `step`: its context, and what it asks in JSON. The other powers, such as
//! [`crate::http`] and [`crate::sql`], are there too.

use crate::error::{checked, Error};
use crate::host;
use crate::json::Value;

/// What a step comes to.
#[derive(Clone, Debug, PartialEq)]
pub struct Done {
    output: Value,
    next: Value,
    errors: Vec<Value>,
}

impl Done {
    /// Done, with this output, an object. What comes next is for the job to say.
    pub fn with(output: Value) -> Done {
        Done { output, next: Value::Null, errors: Vec::new() }
    }

    /// The steps that come next: one or several; none ends the job here.
    pub fn next(mut self, steps: &[&str]) -> Done {
        self.next = match steps {
            [one] => Value::from(*one),
            _ => Value::from(steps.iter().map(|step| (*step).to_owned()).collect::<Vec<_>>()),
        };
        self
    }

    /// Says what went wrong, although there is an output.
    pub fn error(mut self, text: &str) -> Done {
        self.errors.push(text.into());
        self
    }

    pub(crate) fn json(self) -> String {
        Value::object(&[("output", self.output), ("next", self.next), ("errors", Value::Array(self.errors))]).to_string()
    }
}

/// A member of the context, if it has it.
pub fn get(key: &str) -> Option<Value> {
    let json = given(unsafe { host::get_context(key.as_ptr(), key.len()) })?;
    Value::parse(&String::from_utf8_lossy(&json)).ok()
}

/// Sets a member of the context, which later steps get.
pub fn set(key: &str, value: &Value) -> Result<(), Error> {
    let json = value.to_string();
    checked(unsafe { host::set_context(key.as_ptr(), key.len(), json.as_ptr(), json.len()) }).map(drop)
}

/// `{"method", "url", "headers", "body"}` in, a url at least; `{"status", "headers", "body"}` out.
pub fn http_request(request: &Value) -> Result<Value, Error> {
    let json = request.to_string();
    answer(given(unsafe { host::http_request(json.as_ptr(), json.len()) }))
}

/// `{"connection", "sql", "params"}` in, a sql at least; `{"columns", "rows", "rowsAffected"}` out.
pub fn db_query(request: &Value) -> Result<Value, Error> {
    let json = request.to_string();
    answer(given(unsafe { host::db_query(json.as_ptr(), json.len()) }))
}

fn answer(json: Option<Vec<u8>>) -> Result<Value, Error> {
    let json = json.ok_or(Error::Unavailable)?;
    let answer = Value::parse(&String::from_utf8_lossy(&json)).map_err(|_| Error::Invalid)?;
    match answer.get("error") {
        Some(error) => Err(Error::of_word(error.get("code").and_then(Value::as_str).unwrap_or(""))),
        None => Ok(answer),
    }
}

/// What the host gave in memory of the function's; nothing if it gave none.
fn given(packed: u64) -> Option<Vec<u8>> {
    if packed == 0 {
        return None;
    }
    #[cfg(target_arch = "wasm32")]
    {
        // The host asked `allocate` for it, so that it is this function's from now on.
        Some(unsafe { crate::exports::taken((packed >> 32) as *mut u8, packed as u32 as usize) })
    }
    #[cfg(not(target_arch = "wasm32"))]
    {
        crate::fake::host::given()
    }
}
