use std::io::{self, Read};

/// A CGI/1.1 program: the body on standard input, header fields, a blank line and the answer on standard output.
/// Standard error is its log; powers such as `leat::kv` are there too.
fn main() -> io::Result<()> {
    let mut name = String::new();
    io::stdin().read_to_string(&mut name)?;
    eprintln!("greeting {}", name);
    print!("Content-Type: text/plain; charset=utf-8\n\n{}", greeting(&name));
    Ok(())
}

fn greeting(name: &str) -> String {
    format!("Hello, {}!\n", name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_greeted() {
        assert_eq!(greeting("Ada"), "Hello, Ada!\n");
    }
}
