//! The guest side of the `processor` contract: memory for the host, the host's functions, and an output buffer.
//!
//! There is one arena. It is empty again as soon as the host has freed every block that it got, so a call may leave
//! blocks behind without freeing them one by one.

use crate::json::{self, Text};
use core::arch::wasm32::{memory_grow, memory_size, unreachable};
use core::{slice, str};

mod host {
    #[link(wasm_import_module = "leat")]
    extern "C" {
        pub fn log(level: u32, text: *const u8, length: usize);
        pub fn record_metric(name: *const u8, length: usize, value: f64);
    }
}

pub fn log_info(line: &[u8]) {
    unsafe { host::log(1, line.as_ptr(), line.len()) }
}

pub fn log_error(line: &[u8]) {
    unsafe { host::log(3, line.as_ptr(), line.len()) }
}

pub fn record_metric(name: &str, value: f64) {
    unsafe { host::record_metric(name.as_ptr(), name.len(), value) }
}

// ---- Memory.

const PAGE: usize = 65536;
const GROWTH_PAGES: usize = 4;

extern "C" {
    static __heap_base: u8;
}

/// Next free byte; 0 stands for the first one.
static mut TOP: usize = 0;
/// Blocks that the host holds.
static mut HELD: u32 = 0;

/// `size` bytes, aligned to 8, or null.
fn reserve(size: usize) -> *mut u8 {
    // One thread: nothing else touches the two statics meanwhile.
    unsafe {
        if TOP == 0 {
            TOP = (&__heap_base as *const u8 as usize + 7) & !7;
        }
        let end = match TOP.checked_add(size) {
            Some(end) if end <= usize::MAX - 7 => (end + 7) & !7,
            _ => return core::ptr::null_mut(),
        };
        let pages = memory_size(0);
        // The last byte's page: a memory of 4 GiB has no end that fits a usize.
        let needed = (end - 1) / PAGE + 1;
        if needed > pages {
            let step = (pages / 2).max(GROWTH_PAGES).max(needed - pages);
            if memory_grow(0, step) == usize::MAX && memory_grow(0, needed - pages) == usize::MAX {
                return core::ptr::null_mut();
            }
        }
        let block = TOP as *mut u8;
        TOP = end;
        block
    }
}

#[no_mangle]
pub extern "C" fn allocate(size: usize) -> *mut u8 {
    let block = reserve(size);
    if !block.is_null() {
        unsafe { HELD += 1 };
    }
    block
}

#[no_mangle]
pub extern "C" fn free(pointer: *mut u8, _size: usize) {
    unsafe {
        if pointer.is_null() || HELD == 0 {
            return;
        }
        HELD -= 1;
        if HELD == 0 {
            TOP = 0;
        }
    }
}

/// The bytes that the host wrote.
///
/// # Safety
/// `pointer` and `length` are a block from `allocate` that is not freed while the result is in use.
pub unsafe fn input<'a>(pointer: *const u8, length: u32) -> &'a [u8] {
    if length == 0 {
        return &[];
    }
    slice::from_raw_parts(pointer, length as usize)
}

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

/// Bytes that grow in the arena. Once memory is exhausted, it takes nothing more.
pub struct Output {
    start: *mut u8,
    length: usize,
    capacity: usize,
    exhausted: bool,
}

impl Output {
    pub fn new() -> Output {
        Output { start: core::ptr::null_mut(), length: 0, capacity: 0, exhausted: false }
    }

    pub fn raw(&mut self, bytes: &[u8]) {
        if self.capacity - self.length < bytes.len() && !self.grow(bytes.len()) {
            return;
        }
        unsafe { core::ptr::copy_nonoverlapping(bytes.as_ptr(), self.start.add(self.length), bytes.len()) };
        self.length += bytes.len();
    }

    pub fn text(&mut self, text: &str) {
        self.raw(text.as_bytes());
    }

    pub fn byte(&mut self, byte: u8) {
        self.raw(&[byte]);
    }

    pub fn number(&mut self, mut number: u64) {
        let mut digits = [0; 20];
        let mut first = digits.len();
        loop {
            first -= 1;
            digits[first] = b'0' + (number % 10) as u8;
            number /= 10;
            if number == 0 {
                break;
            }
        }
        self.raw(&digits[first..]);
    }

    pub fn bytes(&self) -> &[u8] {
        if self.start.is_null() {
            return &[];
        }
        unsafe { slice::from_raw_parts(self.start, self.length) }
    }

    pub fn exhausted(&self) -> bool {
        self.exhausted
    }

    /// The packed pointer and length that `process_event` answers; the host frees the block.
    pub fn hand_over(self) -> u64 {
        unsafe { HELD += 1 };
        (self.start as u64) << 32 | self.length as u64
    }

    #[inline(never)]
    fn grow(&mut self, more: usize) -> bool {
        let wanted = self.length.saturating_add(more).max(self.capacity.saturating_mul(2)).max(256);
        let block = if self.exhausted { core::ptr::null_mut() } else { reserve(wanted) };
        if block.is_null() {
            self.exhausted = true;
            return false;
        }
        if self.length > 0 {
            unsafe { core::ptr::copy_nonoverlapping(self.start, block, self.length) };
        }
        self.start = block;
        self.capacity = wanted;
        true
    }
}

/// Says where it was: a trap alone has no words. Without `core::fmt`, which would add a fifth to the module.
#[panic_handler]
fn panic(panic: &core::panic::PanicInfo) -> ! {
    let mut line = [0u8; 64];
    let mut length = 0;
    let mut put = |byte: u8| {
        if let Some(slot) = line.get_mut(length) {
            *slot = byte;
            length += 1;
        }
    };
    if let Some(place) = panic.location() {
        b"panicked at ".iter().chain(place.file().as_bytes()).for_each(|&byte| put(byte));
        put(b':');
        let mut unit = 100_000;
        while unit > 0 {
            if place.line() >= unit {
                put(b'0' + (place.line() / unit % 10) as u8);
            }
            unit /= 10;
        }
    }
    log_error(line.get(..length).unwrap_or(&[]));
    unreachable()
}
