//! Memory for functions without the standard library: one arena, and what grows in it. Only without the feature `std`.
//!
//! The arena is empty again as soon as the host has freed every block that it got, so a call may leave blocks behind
//! without freeing them one by one.
#![cfg(all(not(feature = "std"), target_arch = "wasm32"))]

use crate::log::{self, Level};
use core::arch::wasm32::{memory_grow, memory_size, unreachable};
use core::slice;

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
pub fn reserve(size: usize) -> *mut u8 {
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

/// What is exported as `allocate`: a block that the host holds.
pub fn allocate(size: usize) -> *mut u8 {
    let block = reserve(size);
    if !block.is_null() {
        unsafe { HELD += 1 };
    }
    block
}

/// What is exported as `free`.
pub fn free(block: *mut u8) {
    unsafe {
        if block.is_null() || HELD == 0 {
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

/// Bytes that grow in the arena. Once memory is exhausted, it takes nothing more.
pub struct Output {
    start: *mut u8,
    length: usize,
    capacity: usize,
    exhausted: bool,
}

impl Output {
    #[allow(clippy::new_without_default)]
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

    /// The packed pointer and length that a call answers; the host frees the block.
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
    log::bytes(Level::Error, line.get(..length).unwrap_or(&[]));
    unreachable()
}
