use leat::json::Value;
use leat::metrics;
use std::error::Error;

leat::processor!(process);

/// Passes events on that name somebody, and counts them.
fn process(event: &str) -> Result<String, Box<dyn Error>> {
    let parsed = Value::parse(event)?;
    if parsed.get("data").and_then(|data| data.get("name")).is_none() {
        return Err("The event names nobody.".into());
    }
    metrics::record("events", 1.0);
    Ok(event.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use leat::fake;

    #[test]
    fn an_event_with_a_name_passes() {
        let event = r#"{"id":"1","data":{"name":"Ada"}}"#;

        assert_eq!(fake::process(process, event).text(), event);
        assert_eq!(fake::metric("events"), 1.0);
    }

    #[test]
    fn an_event_without_one_is_refused() {
        assert!(fake::process(process, r#"{"id":"1","name":"","data":{}}"#).failure.is_some());
        assert_eq!(fake::log(), ["error The event names nobody."]);
    }
}
