use leat::json::Value;
use leat::step::{self, Done};
use std::error::Error;

leat::step!(greet);

/// Greets whom the context names, and has what comes next send it.
fn greet(context: &Value) -> Result<Done, Box<dyn Error>> {
    let name = context.get("name").and_then(Value::as_str).ok_or("The context names nobody.")?;
    step::set("greeted", &true.into())?;
    let greeting = format!("Hello, {}!", name);
    Ok(Done::with(Value::object(&[("greeting", greeting.into())])).next(&["send"]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use leat::fake;

    #[test]
    fn who_is_named_is_greeted() {
        let answer = fake::run(greet, r#"{"name":"Ada"}"#);

        assert_eq!(answer.text(), r#"{"output":{"greeting":"Hello, Ada!"},"next":"send","errors":[]}"#);
        assert_eq!(fake::context_value("greeted").as_deref(), Some("true"));
    }

    #[test]
    fn nobody_is_refused() {
        assert!(fake::run(greet, "{}").failure.is_some());
        assert_eq!(fake::log(), ["error The context names nobody."]);
    }
}
