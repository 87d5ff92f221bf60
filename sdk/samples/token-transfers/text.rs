//! Texts of JSON strings, in the arena of `leat`.

use crate::json::{self, Text};
use core::{slice, str};
use leat::arena::reserve;

/// The text of a JSON string with its escapes resolved, in the arena. None when memory is exhausted, or when half a
/// surrogate pair makes it no text.
pub fn unescaped<'a>(string: Text<'a>) -> Option<&'a str> {
    let content = string.content();
    if !content.contains('\\') {
        return Some(content);
    }
    let block = reserve(content.len());
    if block.is_null() {
        return None;
    }
    let out = unsafe { slice::from_raw_parts_mut(block, content.len()) };
    let mut length = 0;
    let mut put = |byte: u8| {
        if let Some(slot) = out.get_mut(length) {
            *slot = byte;
        }
        length += 1; // never beyond the block: an escape is never shorter than what it stands for
    };
    let mut bytes = content.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'\\' {
            put(byte);
            continue;
        }
        let code = match bytes.next()? {
            b'b' => 8,
            b'f' => 12,
            b'n' => 10,
            b'r' => 13,
            b't' => 9,
            b'u' => code_point(&mut bytes)?,
            other => other as u32,
        };
        let low_six = |code: u32| 0x80 | (code & 0x3F) as u8;
        match code {
            0..=0x7F => put(code as u8),
            0x80..=0x7FF => {
                put(0xC0 | (code >> 6) as u8);
                put(low_six(code));
            }
            0x800..=0xFFFF => {
                put(0xE0 | (code >> 12) as u8);
                put(low_six(code >> 6));
                put(low_six(code));
            }
            _ => {
                put(0xF0 | (code >> 18) as u8);
                put(low_six(code >> 12));
                put(low_six(code >> 6));
                put(low_six(code));
            }
        }
    }
    // Half a surrogate pair is no UTF-8 either, so this finds it.
    str::from_utf8(out.get(..length)?).ok()
}

/// What stands behind `\u`, with the second escape of a surrogate pair.
fn code_point(bytes: &mut str::Bytes) -> Option<u32> {
    let high = unit(bytes)?;
    if high >> 10 != 0xD800 >> 10 {
        return Some(high);
    }
    if bytes.next()? != b'\\' || bytes.next()? != b'u' {
        return None;
    }
    let low = unit(bytes)?;
    if low >> 10 != 0xDC00 >> 10 {
        return None;
    }
    Some(0x10000 + ((high & 0x3FF) << 10 | (low & 0x3FF)))
}

fn unit(bytes: &mut str::Bytes) -> Option<u32> {
    (0..4).try_fold(0, |unit, _| Some(unit << 4 | json::hex(bytes.next()?)?))
}
