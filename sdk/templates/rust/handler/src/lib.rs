use leat::{log, Request, Response};
use std::error::Error;

leat::handler!(handle);

/// Answers the name in the body with a greeting.
fn handle(request: Request) -> Result<Response, Box<dyn Error>> {
    let name = request.text()?;
    if name.is_empty() {
        return Err("The body must be a name.".into());
    }
    log::info(name);
    Ok(Response::text(format!("Hello, {}!\n", name)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use leat::fake;

    #[test]
    fn a_name_is_greeted() {
        let answer = fake::call(handle, "Ada");

        assert_eq!(answer.text(), "Hello, Ada!\n");
        assert_eq!(answer.status, 200);
        assert_eq!(fake::log(), ["info Ada"]);
    }

    #[test]
    fn nobody_is_refused() {
        let answer = fake::call(handle, "");

        assert_eq!(answer.failure.as_deref(), Some("The body must be a name."));
    }
}
