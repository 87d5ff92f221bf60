//! Values of the manifest's `config`. Capability: `config`.

use crate::error::{read, read_if_there, text, Error};
use crate::host;
use crate::json::Value;

/// The value of a key, if there is one.
pub fn get(key: &str) -> Result<Option<Value>, Error> {
    let json = read_if_there(|buffer, capacity| unsafe { host::config_get(key.as_ptr(), key.len(), buffer, capacity) })?;
    match json {
        Some(json) => Value::parse(&text(json)).map(Some).map_err(|_| Error::Invalid),
        None => Ok(None),
    }
}

/// The text of a key, if it is there and is one.
pub fn string(key: &str) -> Result<Option<String>, Error> {
    Ok(get(key)?.and_then(|value| value.as_str().map(str::to_owned)))
}

/// The whole number of a key, if it is there and is one.
pub fn int(key: &str) -> Result<Option<i64>, Error> {
    Ok(get(key)?.and_then(|value| value.as_i64()))
}

/// True or false of a key, if it is there and is one.
pub fn bool(key: &str) -> Result<Option<bool>, Error> {
    Ok(get(key)?.and_then(|value| value.as_bool()))
}

/// The keys that there are, and that the function may read.
pub fn keys() -> Result<Vec<String>, Error> {
    let json = read(|buffer, capacity| unsafe { host::config_keys(buffer, capacity) })?;
    Value::texts(&text(json)).ok_or(Error::Invalid)
}
