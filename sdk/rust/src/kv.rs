//! Values that the tenant's functions keep between calls. Capability: `keyValue`.

use crate::error::{checked, found, read, read_if_there, text, Error};
use crate::host;
use crate::json::Value;
use std::time::Duration;

pub fn get(key: &str) -> Result<Option<Vec<u8>>, Error> {
    read_if_there(|buffer, capacity| unsafe { host::kv_get(key.as_ptr(), key.len(), buffer, capacity) })
}

/// The same as text.
pub fn get_text(key: &str) -> Result<Option<String>, Error> {
    Ok(get(key)?.map(text))
}

/// Without a time the value stays as long as the manifest's `ttlMax` says.
pub fn set(key: &str, value: impl AsRef<[u8]>, ttl: Option<Duration>) -> Result<(), Error> {
    let value = value.as_ref();
    checked(unsafe { host::kv_set(key.as_ptr(), key.len(), value.as_ptr(), value.len(), seconds(ttl)) }).map(drop)
}

/// Whether there was a value.
pub fn delete(key: &str) -> Result<bool, Error> {
    found(unsafe { host::kv_delete(key.as_ptr(), key.len()) })
}

pub fn exists(key: &str) -> Result<bool, Error> {
    Ok(checked(unsafe { host::kv_exists(key.as_ptr(), key.len()) })? != 0)
}

/// Sets how long the value stays from now on; whether there is one.
pub fn expire(key: &str, ttl: Option<Duration>) -> Result<bool, Error> {
    found(unsafe { host::kv_expire(key.as_ptr(), key.len(), seconds(ttl)) })
}

/// At most so many keys that begin with the prefix, in the order of their bytes.
pub fn list(prefix: &str, limit: u32) -> Result<Vec<String>, Error> {
    let limit = i32::try_from(limit).map_err(|_| Error::Invalid)?;
    let json = read(|buffer, capacity| unsafe { host::kv_list(prefix.as_ptr(), prefix.len(), limit, buffer, capacity) })?;
    Value::texts(&text(json)).ok_or(Error::Invalid)
}

/// Adds to a whole number, and gives the sum. What is absent is 0. Atomic on all nodes.
pub fn increment(key: &str, delta: i64) -> Result<i64, Error> {
    let mut sum = 0;
    checked(unsafe { host::kv_increment(key.as_ptr(), key.len(), delta, &mut sum) })?;
    Ok(sum)
}

/// Sets the value if the expected one is there, or none where none is expected; whether it did. Atomic on all nodes.
pub fn compare_and_set(
    key: &str,
    expected: Option<&[u8]>,
    value: impl AsRef<[u8]>,
    ttl: Option<Duration>,
) -> Result<bool, Error> {
    let value = value.as_ref();
    let (old, old_length) = match expected {
        Some(old) => (old.as_ptr(), old.len()),
        None => ([].as_ptr(), host::NO_VALUE),
    };
    let code = unsafe {
        host::kv_compare_and_set(
            key.as_ptr(), key.len(), old, old_length, value.as_ptr(), value.len(), seconds(ttl))
    };
    match checked(code) {
        Ok(_) => Ok(true),
        Err(Error::Conflict) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Whole seconds, at least one: 0 stands for the longest.
fn seconds(ttl: Option<Duration>) -> i64 {
    ttl.map_or(0, |ttl| i64::try_from(ttl.as_secs().max(1)).unwrap_or(i64::MAX))
}
