//! Lines in the function's log. Capability: `logging`; without it they go nowhere.

use crate::host;

/// How much a line matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    Debug = 0,
    Info = 1,
    Warn = 2,
    Error = 3,
}

pub fn log(level: Level, text: &str) {
    bytes(level, text.as_bytes())
}

/// A line that need not be UTF-8.
pub fn bytes(level: Level, text: &[u8]) {
    unsafe { host::log(level as i32, text.as_ptr(), text.len()) }
}

pub fn debug(text: &str) {
    log(Level::Debug, text)
}

pub fn info(text: &str) {
    log(Level::Info, text)
}

pub fn warn(text: &str) {
    log(Level::Warn, text)
}

pub fn error(text: &str) {
    log(Level::Error, text)
}

/// A line with fields: `fields(Level::Info, "sold", &[("pieces", 3.into())])`.
#[cfg(feature = "std")]
pub fn fields(level: Level, text: &str, fields: &[(&str, crate::json::Value)]) {
    let json = crate::json::Value::object(fields).to_string();
    unsafe { host::log_fields(level as i32, text.as_ptr(), text.len(), json.as_ptr(), json.len()) }
}
