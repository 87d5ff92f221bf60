//! Figures of the function, at the node's `/metrics`. Capability: `metrics`; without it they go nowhere.

use crate::host;

/// A figure of a function of contract `processor`: its sum and how many there were.
pub fn record(name: &str, value: f64) {
    unsafe { host::record_metric(name.as_ptr(), name.len(), value) }
}

#[cfg(feature = "std")]
pub use tagged::*;

#[cfg(feature = "std")]
mod tagged {
    use crate::host;
    use crate::json::Value;
    use std::time::Duration;

    /// Names and values, such as `[("currency", "EUR")]`. A few values each: every combination is a series of its own.
    pub type Tags<'a> = &'a [(&'a str, &'a str)];

    /// Adds to what is counted.
    pub fn counter(name: &str, value: f64, tags: Tags) {
        let tags = json(tags);
        unsafe { host::metric_counter(name.as_ptr(), name.len(), value, tags.as_ptr(), tags.len()) }
    }

    /// Sets what is measured.
    pub fn gauge(name: &str, value: f64, tags: Tags) {
        let tags = json(tags);
        unsafe { host::metric_gauge(name.as_ptr(), name.len(), value, tags.as_ptr(), tags.len()) }
    }

    /// One value of a distribution.
    pub fn histogram(name: &str, value: f64, tags: Tags) {
        let tags = json(tags);
        unsafe { host::metric_histogram(name.as_ptr(), name.len(), value, tags.as_ptr(), tags.len()) }
    }

    /// How long something took.
    pub fn timer(name: &str, took: Duration, tags: Tags) {
        let tags = json(tags);
        unsafe { host::metric_timer(name.as_ptr(), name.len(), took.as_secs_f64() * 1_000.0, tags.as_ptr(), tags.len()) }
    }

    fn json(tags: Tags) -> String {
        if tags.is_empty() {
            return String::new();
        }
        let tags: Vec<(&str, Value)> = tags.iter().map(|&(name, value)| (name, value.into())).collect();
        Value::object(&tags).to_string()
    }
}
