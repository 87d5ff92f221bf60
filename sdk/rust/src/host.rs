//! The imports of module `leat`, as docs/guides/capabilities.md has them. The modules of this crate are what to use; these
//! are for who needs neither them nor their allocations.
//!
//! # Safety
//! Each pointer and length is memory of the caller's; what is written to has the capacity that is said.

macro_rules! imports {
    ($($(#[$doc:meta])* fn $name:ident($($argument:ident: $type:ty),*) $(-> $result:ty)?;)*) => {
        #[cfg(target_arch = "wasm32")]
        #[link(wasm_import_module = "leat")]
        extern "C" {
            $($(#[$doc])* pub fn $name($($argument: $type),*) $(-> $result)?;)*
        }

        #[cfg(all(feature = "std", not(target_arch = "wasm32")))]
        mod native {
            $($(#[$doc])* #[allow(clippy::missing_safety_doc, clippy::too_many_arguments)]
            pub unsafe fn $name($($argument: $type),*) $(-> $result)? {
                crate::fake::host::$name($($argument),*)
            })*
        }
    };
}

#[cfg(all(feature = "std", not(target_arch = "wasm32")))]
pub use native::*;

imports! {
    fn request_method(buffer: *mut u8, capacity: usize) -> i32;
    fn request_path(buffer: *mut u8, capacity: usize) -> i32;
    fn request_query(buffer: *mut u8, capacity: usize) -> i32;
    fn request_header(name: *const u8, length: usize, buffer: *mut u8, capacity: usize) -> i32;
    fn response_status(status: i32);
    fn response_header(name: *const u8, name_length: usize, value: *const u8, value_length: usize);
    fn fail(text: *const u8, length: usize);

    fn log(level: i32, text: *const u8, length: usize);
    fn log_fields(level: i32, text: *const u8, length: usize, json: *const u8, json_length: usize);
    fn record_metric(name: *const u8, length: usize, value: f64);
    fn metric_counter(name: *const u8, length: usize, value: f64, tags: *const u8, tags_length: usize);
    fn metric_gauge(name: *const u8, length: usize, value: f64, tags: *const u8, tags_length: usize);
    fn metric_histogram(name: *const u8, length: usize, value: f64, tags: *const u8, tags_length: usize);
    fn metric_timer(name: *const u8, length: usize, value: f64, tags: *const u8, tags_length: usize);

    fn config_get(name: *const u8, length: usize, buffer: *mut u8, capacity: usize) -> i32;
    fn config_keys(buffer: *mut u8, capacity: usize) -> i32;
    fn secret_get(name: *const u8, length: usize, buffer: *mut u8, capacity: usize) -> i32;

    fn kv_get(key: *const u8, length: usize, buffer: *mut u8, capacity: usize) -> i32;
    fn kv_set(key: *const u8, length: usize, value: *const u8, value_length: usize, ttl_seconds: i64) -> i32;
    fn kv_delete(key: *const u8, length: usize) -> i32;
    fn kv_exists(key: *const u8, length: usize) -> i32;
    fn kv_expire(key: *const u8, length: usize, ttl_seconds: i64) -> i32;
    fn kv_list(prefix: *const u8, length: usize, limit: i32, buffer: *mut u8, capacity: usize) -> i32;
    fn kv_increment(key: *const u8, length: usize, delta: i64, sum: *mut i64) -> i32;
    fn kv_compare_and_set(
        key: *const u8, length: usize, old: *const u8, old_length: usize, value: *const u8, value_length: usize,
        ttl_seconds: i64
    ) -> i32;

    fn get_processor_state() -> u64;
    fn set_processor_state(value: *const u8, length: usize) -> i32;

    fn get_context(key: *const u8, length: usize) -> u64;
    fn set_context(key: *const u8, length: usize, json: *const u8, json_length: usize) -> i32;
    fn http_request(json: *const u8, length: usize) -> u64;
    fn db_query(json: *const u8, length: usize) -> u64;

    fn http_open(method: *const u8, method_length: usize, url: *const u8, url_length: usize) -> i32;
    fn http_header(handle: i32, name: *const u8, name_length: usize, value: *const u8, value_length: usize) -> i32;
    fn http_send(handle: i32, body: *const u8, length: usize) -> i32;
    fn http_response_header(handle: i32, name: *const u8, length: usize, buffer: *mut u8, capacity: usize) -> i32;
    fn http_response_body(handle: i32, buffer: *mut u8, capacity: usize) -> i32;
    fn http_close(handle: i32);
    fn http_is_allowed(method: *const u8, method_length: usize, url: *const u8, url_length: usize) -> i32;

    fn sql_query(sql: *const u8, length: usize, parameters: *const u8, parameters_length: usize) -> i32;
    fn sql_execute(sql: *const u8, length: usize, parameters: *const u8, parameters_length: usize) -> i32;
    fn sql_result(handle: i32, buffer: *mut u8, capacity: usize) -> i32;
    fn sql_close(handle: i32);
    fn sql_begin() -> i32;
    fn sql_commit() -> i32;
    fn sql_rollback() -> i32;
    fn sql_is_allowed(sql: *const u8, length: usize) -> i32;
}

/// `old_length` of [`kv_compare_and_set`]: nothing may be there.
pub const NO_VALUE: usize = u32::MAX as usize;
