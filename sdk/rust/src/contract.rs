//! What the host calls, for the contracts `handler`, `processor` and `step`.

use crate::error::{read, read_if_there, text};
use crate::host;
use crate::json::Value;
use crate::step::Done;
use std::fmt::Display;

/// What the function is called with.
#[derive(Debug)]
pub struct Request {
    body: Vec<u8>,
}

impl Request {
    pub fn method(&self) -> String {
        read(|buffer, capacity| unsafe { host::request_method(buffer, capacity) }).map(text).unwrap_or_default()
    }

    /// What follows the function's name, such as `/orders/7`; "" when nothing does.
    pub fn path(&self) -> String {
        read(|buffer, capacity| unsafe { host::request_path(buffer, capacity) }).map(text).unwrap_or_default()
    }

    /// What stands behind the `?`, undecoded; "" without one.
    pub fn query(&self) -> String {
        read(|buffer, capacity| unsafe { host::request_query(buffer, capacity) }).map(text).unwrap_or_default()
    }

    pub fn header(&self, name: &str) -> Option<String> {
        read_if_there(|buffer, capacity| unsafe {
            host::request_header(name.as_ptr(), name.len(), buffer, capacity)
        })
        .ok()
        .flatten()
        .map(text)
    }

    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The body, if it is UTF-8.
    pub fn text(&self) -> Result<&str, std::str::Utf8Error> {
        std::str::from_utf8(&self.body)
    }
}

/// What the function answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Response {
    /// Bytes of a kind that nothing is said of, with status 200.
    pub fn new(body: impl Into<Vec<u8>>) -> Response {
        Response { status: 200, headers: Vec::new(), body: body.into() }
    }

    pub fn text(body: impl Into<String>) -> Response {
        Response::new(body.into()).header("content-type", "text/plain; charset=utf-8")
    }

    /// JSON that is written already.
    pub fn json_text(body: impl Into<String>) -> Response {
        Response::new(body.into()).header("content-type", "application/json")
    }

    pub fn json(body: &Value) -> Response {
        Response::json_text(body.to_string())
    }

    pub fn status(mut self, status: u16) -> Response {
        self.status = status;
        self
    }

    /// Sets a header field, in the place of one of that name.
    pub fn header(mut self, name: &str, value: &str) -> Response {
        self.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

/// Calls a handler: the body of `handle`.
#[doc(hidden)]
pub fn call<E: Display>(handler: fn(Request) -> Result<Response, E>, body: Vec<u8>) -> Option<Vec<u8>> {
    match handler(Request { body }) {
        Ok(response) => {
            unsafe { host::response_status(i32::from(response.status)) };
            for (name, value) in &response.headers {
                unsafe { host::response_header(name.as_ptr(), name.len(), value.as_ptr(), value.len()) };
            }
            Some(response.body)
        }
        Err(error) => {
            let text = error.to_string();
            unsafe { host::fail(text.as_ptr(), text.len()) };
            None
        }
    }
}

/// Calls a processor: the body of `process_event`. What it says when it refuses an event is in its log.
#[doc(hidden)]
pub fn process<E: Display>(processor: fn(&str) -> Result<String, E>, event: Vec<u8>) -> Option<Vec<u8>> {
    let result = match String::from_utf8(event) {
        Ok(event) => processor(&event).map_err(|error| error.to_string()),
        Err(_) => Err("The event is not UTF-8.".to_owned()),
    };
    match result {
        Ok(event) => Some(event.into_bytes()),
        Err(error) => {
            crate::log::error(&error);
            None
        }
    }
}

/// Calls a step: the body of `step`. What it says when it fails is in its log.
#[doc(hidden)]
pub fn run<E: Display>(step: fn(&Value) -> Result<Done, E>, context: Vec<u8>) -> Option<Vec<u8>> {
    let context = String::from_utf8(context).ok().and_then(|text| Value::parse(&text).ok());
    let result = match context {
        Some(context) => step(&context).map_err(|error| error.to_string()),
        None => Err("The context is no JSON of 128 levels at the most.".to_owned()),
    };
    match result {
        Ok(done) => Some(done.json().into_bytes()),
        Err(error) => {
            crate::log::error(&error);
            None
        }
    }
}

/// What the macros export. Nothing here is to be called by a function.
#[doc(hidden)]
pub mod exports {
    use std::alloc::{alloc, dealloc, Layout};
    use std::cell::UnsafeCell;

    /// The answer to the last call, which the host has copied when it asks for room again.
    static ANSWER: Answer = Answer(UnsafeCell::new(Vec::new()));

    struct Answer(UnsafeCell<Vec<u8>>);

    // A guest has one thread.
    unsafe impl Sync for Answer {}

    impl Answer {
        fn set(&self, bytes: Vec<u8>) -> (*const u8, usize) {
            unsafe {
                *self.0.get() = bytes;
                ((*self.0.get()).as_ptr(), (*self.0.get()).len())
            }
        }

        fn is_at(&self, block: *const u8) -> bool {
            unsafe { block == (*self.0.get()).as_ptr() }
        }
    }

    fn layout(size: usize) -> Layout {
        Layout::from_size_align(size.max(1), 1).expect("a size below 2 GiB")
    }

    pub fn allocate(size: usize) -> *mut u8 {
        // The host asks for room between calls, or during one that has not answered yet.
        ANSWER.set(Vec::new());
        unsafe { alloc(layout(size)) }
    }

    /// # Safety
    /// The block is one from [`allocate`], and its size the one that was asked for.
    pub unsafe fn free(block: *mut u8, size: usize) {
        if !block.is_null() && !ANSWER.is_at(block) {
            dealloc(block, layout(size));
        }
    }

    /// # Safety
    /// The block is one from [`allocate`], with its size, which nobody else uses.
    pub unsafe fn taken(block: *mut u8, size: usize) -> Vec<u8> {
        if size == 0 {
            return Vec::new();
        }
        Vec::from_raw_parts(block, size, size)
    }

    /// # Safety
    /// The block holds so many bytes.
    pub unsafe fn copied(block: *const u8, size: usize) -> Vec<u8> {
        if size == 0 {
            return Vec::new();
        }
        std::slice::from_raw_parts(block, size).to_vec()
    }

    /// Pointer and length as the host takes them, or what says that the call failed.
    pub fn answer(body: Option<Vec<u8>>, failed: u64) -> u64 {
        match body {
            Some(body) => {
                let (pointer, length) = ANSWER.set(body);
                (pointer as u64) << 32 | length as u64
            }
            None => failed,
        }
    }

    /// Has panics say what they were; a trap alone has no words.
    pub fn say_panics(say: fn(&str)) {
        std::panic::set_hook(Box::new(move |panic| say(&panic.to_string())));
    }

    pub fn fail(text: &str) {
        unsafe { crate::host::fail(text.as_ptr(), text.len()) }
    }
}

/// Makes the module a `handler` that calls this function: `fn(Request) -> Result<Response, impl Display>`. An error fails
/// the call, with its text. A second function, `fn(&Value) -> Result<(), impl Display>`, is handed the manifest's
/// `config` when an instance comes up, and may refuse it.
#[macro_export]
macro_rules! handler {
    ($handle:expr) => {
        $crate::handler!($handle, |_config: &$crate::json::Value| Ok::<(), &str>(()));
    };
    ($handle:expr, $init:expr) => {
        #[cfg(not(target_arch = "wasm32"))]
        const _: () = {
            let _called_by_tests_alone = $handle;
        };

        #[cfg(target_arch = "wasm32")]
        #[doc(hidden)]
        mod leat_exports {
            use super::*;

            #[export_name = "allocate"]
            extern "C" fn leat_allocate(size: usize) -> *mut u8 {
                $crate::exports::allocate(size)
            }

            #[export_name = "init"]
            unsafe extern "C" fn leat_init(config: *mut u8, length: usize) -> i32 {
                $crate::exports::say_panics($crate::exports::fail);
                $crate::initialise!($init, $crate::exports::taken(config, length), $crate::exports::fail)
            }

            #[export_name = "handle"]
            unsafe extern "C" fn leat_handle(body: *mut u8, length: usize) -> u64 {
                $crate::exports::answer($crate::call($handle, $crate::exports::taken(body, length)), u64::MAX)
            }
        }
    };
}

/// Makes the module a `processor` that calls this function: `fn(&str) -> Result<String, impl Display>`, an event in and
/// one out. An error refuses the event, and its text is logged. A second function as in [`handler!`].
#[macro_export]
macro_rules! processor {
    ($process:expr) => {
        $crate::processor!($process, |_config: &$crate::json::Value| Ok::<(), &str>(()));
    };
    ($process:expr, $init:expr) => {
        #[cfg(not(target_arch = "wasm32"))]
        const _: () = {
            let _called_by_tests_alone = $process;
        };

        #[cfg(target_arch = "wasm32")]
        #[doc(hidden)]
        mod leat_exports {
            use super::*;

            #[export_name = "allocate"]
            extern "C" fn leat_allocate(size: usize) -> *mut u8 {
                $crate::exports::allocate(size)
            }

            #[export_name = "free"]
            unsafe extern "C" fn leat_free(block: *mut u8, size: usize) {
                $crate::exports::free(block, size)
            }

            #[export_name = "init"]
            unsafe extern "C" fn leat_init(config: *const u8, length: usize) -> i32 {
                $crate::exports::say_panics($crate::log::error);
                $crate::initialise!($init, $crate::exports::copied(config, length), $crate::log::error)
            }

            #[export_name = "process_event"]
            unsafe extern "C" fn leat_process_event(event: *const u8, length: usize) -> u64 {
                $crate::exports::answer($crate::process($process, $crate::exports::copied(event, length)), 0)
            }
        }
    };
}

/// Makes the module a `step` that calls this function: `fn(&Value) -> Result<step::Done, impl Display>`, a job's context
/// in, and what comes of it. An error fails the step, and its text is logged. A second function as in [`handler!`].
#[macro_export]
macro_rules! step {
    ($step:expr) => {
        $crate::step!($step, |_config: &$crate::json::Value| Ok::<(), &str>(()));
    };
    ($step:expr, $init:expr) => {
        #[cfg(not(target_arch = "wasm32"))]
        const _: () = {
            let _called_by_tests_alone = $step;
        };

        #[cfg(target_arch = "wasm32")]
        #[doc(hidden)]
        mod leat_exports {
            use super::*;

            #[export_name = "allocate"]
            extern "C" fn leat_allocate(size: usize) -> *mut u8 {
                $crate::exports::allocate(size)
            }

            #[export_name = "init"]
            unsafe extern "C" fn leat_init(config: *mut u8, length: usize) -> i32 {
                $crate::exports::say_panics($crate::log::error);
                $crate::initialise!($init, $crate::exports::taken(config, length), $crate::log::error)
            }

            #[export_name = "step"]
            unsafe extern "C" fn leat_step(context: *mut u8, length: usize) -> u64 {
                $crate::exports::answer($crate::run($step, $crate::exports::taken(context, length)), 0)
            }
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! initialise {
    ($init:expr, $config:expr, $say:expr) => {{
        let config = String::from_utf8($config).ok().and_then(|text| $crate::json::Value::parse(&text).ok());
        match ($init)(&config.unwrap_or($crate::json::Value::Null)) {
            Ok(()) => 1,
            Err(error) => {
                $say(&error.to_string());
                0
            }
        }
    }};
}
