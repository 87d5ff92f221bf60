use std::fmt;

/// What a power answers that is no result: docs/guides/capabilities.md, "Answers".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// The manifest, the permissions or the tenant do not allow it.
    Denied,
    /// An argument is none that the power takes.
    Invalid,
    /// The tenant has used up what it may.
    Quota,
    /// It took too long and was given up; it may have been done.
    Timeout,
    /// The host could not do it; try again.
    Unavailable,
    /// A key, value or body is too long.
    TooLarge,
    /// Something else is there than was expected.
    Conflict,
    /// It is not there, where that is no answer.
    Absent,
    /// A code of a host that is newer than this crate.
    Other(i32),
}

impl Error {
    pub(crate) fn of(code: i32) -> Error {
        match code {
            -1 => Error::Absent,
            -2 => Error::Denied,
            -3 => Error::Invalid,
            -4 => Error::Quota,
            -5 => Error::Timeout,
            -6 => Error::Unavailable,
            -7 => Error::TooLarge,
            -8 => Error::Conflict,
            other => Error::Other(other),
        }
    }

    /// By the word that a step is told.
    pub(crate) fn of_word(word: &str) -> Error {
        match word {
            "absent" => Error::Absent,
            "denied" => Error::Denied,
            "invalid" => Error::Invalid,
            "quota" => Error::Quota,
            "timeout" => Error::Timeout,
            "too-large" => Error::TooLarge,
            "conflict" => Error::Conflict,
            _ => Error::Unavailable,
        }
    }

    /// The number by which hosts and fakes say it.
    pub fn code(self) -> i32 {
        match self {
            Error::Absent => -1,
            Error::Denied => -2,
            Error::Invalid => -3,
            Error::Quota => -4,
            Error::Timeout => -5,
            Error::Unavailable => -6,
            Error::TooLarge => -7,
            Error::Conflict => -8,
            Error::Other(code) => code,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Error::Absent => "it is not there",
            Error::Denied => "the manifest, the permissions or the tenant do not allow it",
            Error::Invalid => "an argument is none that the power takes",
            Error::Quota => "the tenant has used up what it may",
            Error::Timeout => "it took too long and was given up",
            Error::Unavailable => "the host could not do it",
            Error::TooLarge => "a key, value or body is too long",
            Error::Conflict => "something else is there than was expected",
            Error::Other(code) => return write!(f, "the host answered {}", code),
        })
    }
}

impl std::error::Error for Error {}

/// A result of the host as a number of 0 and more, or what it stands for.
pub(crate) fn checked(code: i32) -> Result<u32, Error> {
    if code < 0 {
        Err(Error::of(code))
    } else {
        Ok(code as u32)
    }
}

/// The same where absent is an answer.
pub(crate) fn found(code: i32) -> Result<bool, Error> {
    match checked(code) {
        Ok(_) => Ok(true),
        Err(Error::Absent) => Ok(false),
        Err(error) => Err(error),
    }
}

/// All bytes that a function of the host gives: it writes what fits and says how long they are.
pub(crate) fn read(give: impl Fn(*mut u8, usize) -> i32) -> Result<Vec<u8>, Error> {
    let mut bytes = vec![0; 256];
    loop {
        let length = checked(give(bytes.as_mut_ptr(), bytes.len()))? as usize;
        let is_all = length <= bytes.len();
        bytes.resize(length, 0);
        if is_all {
            return Ok(bytes);
        }
    }
}

/// The same where absent is an answer.
pub(crate) fn read_if_there(give: impl Fn(*mut u8, usize) -> i32) -> Result<Option<Vec<u8>>, Error> {
    match read(give) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(Error::Absent) => Ok(None),
        Err(error) => Err(error),
    }
}

/// What the host gives as text is UTF-8.
pub(crate) fn text(bytes: Vec<u8>) -> String {
    String::from_utf8_lossy(&bytes).into_owned()
}
