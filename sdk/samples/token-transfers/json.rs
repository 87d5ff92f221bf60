//! A reader that walks over JSON text (RFC 8259) without building anything.
//!
//! A [`Text`] is one value as a part of the text it stands in. [`index`] and [`elements`] step over the values below
//! it; what `index` was called for is checked completely, so the parts it answers are valid JSON.

/// Deepest nesting of objects and arrays.
const DEPTH_MAX: usize = 512;

/// Why an event is refused, for the log.
#[derive(Clone, Copy)]
pub struct Problem {
    pub what: &'static str,
    pub offset: Option<usize>,
    pub operation: Option<u32>,
}

impl Problem {
    pub const fn new(what: &'static str) -> Problem {
        Problem { what, offset: None, operation: None }
    }

    pub const fn at(what: &'static str, offset: usize) -> Problem {
        Problem { what, offset: Some(offset), operation: None }
    }

    pub fn of_operation(self, position: u32) -> Problem {
        Problem { operation: Some(position), ..self }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Object,
    Array,
    String,
    Number,
    Boolean,
    Null,
}

/// One value, without the white space around it, and where it starts in the whole text.
#[derive(Clone, Copy)]
pub struct Text<'a> {
    pub raw: &'a str,
    pub offset: usize,
}

impl<'a> Text<'a> {
    /// A text that is still to be checked, by `index`.
    pub fn whole(text: &'a str) -> Text<'a> {
        let space: &[char] = &[' ', '\n', '\r', '\t'];
        let start = text.len() - text.trim_start_matches(space).len();
        Text { raw: text.trim_matches(space), offset: start }
    }

    pub fn end(&self) -> usize {
        self.offset + self.raw.len()
    }

    pub fn kind(&self) -> Kind {
        match self.raw.as_bytes().first() {
            Some(b'{') => Kind::Object,
            Some(b'[') => Kind::Array,
            Some(b'"') => Kind::String,
            Some(b't') | Some(b'f') => Kind::Boolean,
            Some(b'n') => Kind::Null,
            _ => Kind::Number,
        }
    }

    /// What stands between a string's quotes, escapes unresolved.
    pub fn content(&self) -> &'a str {
        self.raw.get(1..self.raw.len() - 1).unwrap_or("")
    }

    /// Whether an object has any member.
    pub fn has_members(&self) -> bool {
        let mut reader = Reader { text: self.raw.as_bytes(), at: 1 };
        reader.space();
        reader.peek() != b'}'
    }
}

/// The members of an object whose names `matches` says are the wanted ones, in the order of `names`. A wanted name
/// that occurs twice is a problem: which one counts would be a guess.
pub fn index<'a, const N: usize>(
    object: Text<'a>,
    names: &[&str; N],
    matches: fn(Text, &str) -> bool,
) -> Result<[Option<Text<'a>>; N], Problem> {
    let mut found = [None; N];
    let mut reader = Reader { text: object.raw.as_bytes(), at: 0 };
    let problem = |reader: &Reader, what| Err(Problem::at(what, object.offset + reader.at));
    if reader.peek() != b'{' {
        return problem(&reader, "an object was expected");
    }
    reader.at += 1;
    reader.space();
    if reader.peek() == b'}' {
        reader.at += 1;
    } else {
        loop {
            reader.space();
            if reader.peek() != b'"' {
                return problem(&reader, "a name in double quotes was expected");
            }
            let name = match reader.value(object) {
                Ok(name) => name,
                Err(what) => return problem(&reader, what),
            };
            reader.space();
            if reader.peek() != b':' {
                return problem(&reader, "a colon was expected");
            }
            reader.at += 1;
            reader.space();
            let value = match reader.value(object) {
                Ok(value) => value,
                Err(what) => return problem(&reader, what),
            };
            for (slot, wanted) in found.iter_mut().zip(names) {
                if matches(name, wanted) {
                    if slot.is_some() {
                        return Err(Problem::at("a name occurs twice", name.offset));
                    }
                    *slot = Some(value);
                    break;
                }
            }
            reader.space();
            reader.at += 1;
            match reader.text.get(reader.at - 1) {
                Some(b',') => (),
                Some(b'}') => break,
                _ => {
                    reader.at -= 1;
                    return problem(&reader, "a comma or '}' was expected");
                }
            }
        }
    }
    if reader.at != reader.text.len() {
        return problem(&reader, "there is more behind the object");
    }
    Ok(found)
}

/// The elements of an array that was checked before.
pub fn elements(array: Text) -> impl Iterator<Item = Text> {
    let mut reader = Reader { text: array.raw.as_bytes(), at: 0 };
    core::iter::from_fn(move || {
        reader.at += 1; // '[' or ','
        reader.space();
        let element = reader.value(array).ok();
        reader.space();
        element
    })
}

/// Whether a name is the wanted one, character by character.
pub fn exactly(name: Text, wanted: &str) -> bool {
    let mut wanted = wanted.bytes();
    units(name.content()).all(|unit| wanted.next().map_or(false, |byte| unit == byte as u32)) && wanted.next().is_none()
}

/// Whether a name is the wanted one without underscores and letter case; `wanted` has neither.
pub fn loosely(name: Text, wanted: &str) -> bool {
    let mut wanted = wanted.bytes();
    units(name.content())
        .filter(|unit| *unit != '_' as u32)
        .all(|unit| wanted.next().map_or(false, |byte| unit < 0x80 && (unit as u8).to_ascii_lowercase() == byte))
        && wanted.next().is_none()
}

/// The UTF-16 code units of escapes, and the bytes of everything else: enough to compare with ASCII.
fn units(content: &str) -> impl Iterator<Item = u32> + '_ {
    let mut bytes = content.bytes();
    core::iter::from_fn(move || {
        let byte = bytes.next()?;
        if byte != b'\\' {
            // A byte of a longer UTF-8 sequence is no character of its own.
            return Some(if byte < 0x80 { byte as u32 } else { u32::MAX });
        }
        Some(match bytes.next()? {
            b'b' => 8,
            b'f' => 12,
            b'n' => 10,
            b'r' => 13,
            b't' => 9,
            b'u' => (0..4).fold(0, |unit, _| unit << 4 | bytes.next().and_then(hex).unwrap_or(0)),
            other => other as u32,
        })
    })
}

pub fn hex(digit: u8) -> Option<u32> {
    match digit {
        b'0'..=b'9' => Some((digit - b'0') as u32),
        b'a'..=b'f' => Some((digit - b'a') as u32 + 10),
        b'A'..=b'F' => Some((digit - b'A') as u32 + 10),
        _ => None,
    }
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    /// The next byte; 0, which is valid nowhere in JSON, at the end.
    fn peek(&self) -> u8 {
        self.text.get(self.at).copied().unwrap_or(0)
    }

    fn space(&mut self) {
        while let b' ' | b'\n' | b'\r' | b'\t' = self.peek() {
            self.at += 1;
        }
    }

    /// Steps over one value of any kind, which starts right here.
    fn value<'b>(&mut self, within: Text<'b>) -> Result<Text<'b>, &'static str> {
        let start = self.at;
        match self.peek() {
            b'"' => self.string()?,
            b'{' | b'[' => self.nested()?,
            _ => self.scalar()?,
        }
        let raw = within.raw.get(start..self.at).ok_or("a value was expected")?;
        Ok(Text { raw, offset: within.offset + start })
    }

    fn scalar(&mut self) -> Result<(), &'static str> {
        match self.peek() {
            b'-' | b'0'..=b'9' => self.number(),
            b't' => self.word(b"true"),
            b'f' => self.word(b"false"),
            b'n' => self.word(b"null"),
            _ => Err("a value was expected"),
        }
    }

    /// An object or array with all that is in it.
    fn nested(&mut self) -> Result<(), &'static str> {
        let mut closers = [0u8; DEPTH_MAX];
        let mut depth = 0;
        let mut name = false; // the next string is a name
        loop {
            match self.peek() {
                b'"' => self.string()?,
                _ if name => return Err("a name in double quotes was expected"),
                opener @ (b'{' | b'[') => {
                    if depth == DEPTH_MAX {
                        return Err("objects and arrays are nested too deep");
                    }
                    closers[depth] = opener + 2; // '{' + 2 is '}', '[' + 2 is ']'
                    depth += 1;
                    self.at += 1;
                    self.space();
                    if self.peek() != opener + 2 {
                        name = opener == b'{';
                        continue;
                    }
                    depth -= 1;
                    self.at += 1;
                }
                _ => self.scalar()?,
            }
            if name {
                name = false;
                self.space();
                if self.peek() != b':' {
                    return Err("a colon was expected");
                }
                self.at += 1;
                self.space();
                continue;
            }
            // A value ended here: close what it was the last of.
            loop {
                if depth == 0 {
                    return Ok(());
                }
                self.space();
                let byte = self.peek();
                if byte == closers[depth - 1] {
                    depth -= 1;
                    self.at += 1;
                } else if byte == b',' {
                    name = closers[depth - 1] == b'}';
                    self.at += 1;
                    self.space();
                    break;
                } else {
                    return Err("a comma or the end of an object or array was expected");
                }
            }
        }
    }

    fn string(&mut self) -> Result<(), &'static str> {
        self.at += 1;
        loop {
            match self.peek() {
                b'"' => break,
                b'\\' => {
                    self.at += 1;
                    match self.peek() {
                        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => (),
                        b'u' => {
                            for _ in 0..4 {
                                self.at += 1;
                                hex(self.peek()).ok_or("\\u needs four hexadecimal digits")?;
                            }
                        }
                        _ => return Err("no such escape in a string"),
                    }
                }
                0..=0x1f if self.at == self.text.len() => return Err("the text ends inside a string"),
                0..=0x1f => return Err("a control character in a string must be escaped"),
                _ => (),
            }
            self.at += 1;
        }
        self.at += 1;
        Ok(())
    }

    fn number(&mut self) -> Result<(), &'static str> {
        if self.peek() == b'-' {
            self.at += 1;
        }
        if self.peek() == b'0' {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.peek() == b'.' {
            self.at += 1;
            self.digits()?;
        }
        if let b'e' | b'E' = self.peek() {
            self.at += 1;
            if let b'+' | b'-' = self.peek() {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(())
    }

    fn digits(&mut self) -> Result<(), &'static str> {
        let start = self.at;
        while self.peek().is_ascii_digit() {
            self.at += 1;
        }
        if self.at == start { Err("a digit was expected") } else { Ok(()) }
    }

    fn word(&mut self, word: &[u8]) -> Result<(), &'static str> {
        for byte in word {
            if self.peek() != *byte {
                return Err("only true, false and null are words");
            }
            self.at += 1;
        }
        Ok(())
    }
}
