// The imports of module `leat`, as docs/guides/capabilities.md has them. The other files of this package are what to use.

@external("leat", "request_method")
export declare function request_method(buffer: usize, capacity: i32): i32;
@external("leat", "request_path")
export declare function request_path(buffer: usize, capacity: i32): i32;
@external("leat", "request_query")
export declare function request_query(buffer: usize, capacity: i32): i32;
@external("leat", "request_header")
export declare function request_header(name: usize, length: i32, buffer: usize, capacity: i32): i32;
@external("leat", "response_status")
export declare function response_status(status: i32): void;
@external("leat", "response_header")
export declare function response_header(name: usize, nameLength: i32, value: usize, valueLength: i32): void;
@external("leat", "fail")
export declare function fail(text: usize, length: i32): void;

@external("leat", "log")
export declare function log(level: i32, text: usize, length: i32): void;
@external("leat", "log_fields")
export declare function log_fields(level: i32, text: usize, length: i32, json: usize, jsonLength: i32): void;
@external("leat", "record_metric")
export declare function record_metric(name: usize, length: i32, value: f64): void;
@external("leat", "metric_counter")
export declare function metric_counter(name: usize, length: i32, value: f64, tags: usize, tagsLength: i32): void;
@external("leat", "metric_gauge")
export declare function metric_gauge(name: usize, length: i32, value: f64, tags: usize, tagsLength: i32): void;
@external("leat", "metric_histogram")
export declare function metric_histogram(name: usize, length: i32, value: f64, tags: usize, tagsLength: i32): void;
@external("leat", "metric_timer")
export declare function metric_timer(name: usize, length: i32, value: f64, tags: usize, tagsLength: i32): void;

@external("leat", "config_get")
export declare function config_get(name: usize, length: i32, buffer: usize, capacity: i32): i32;
@external("leat", "config_keys")
export declare function config_keys(buffer: usize, capacity: i32): i32;
@external("leat", "secret_get")
export declare function secret_get(name: usize, length: i32, buffer: usize, capacity: i32): i32;

@external("leat", "kv_get")
export declare function kv_get(key: usize, length: i32, buffer: usize, capacity: i32): i32;
@external("leat", "kv_set")
export declare function kv_set(key: usize, length: i32, value: usize, valueLength: i32, ttlSeconds: i64): i32;
@external("leat", "kv_delete")
export declare function kv_delete(key: usize, length: i32): i32;
@external("leat", "kv_exists")
export declare function kv_exists(key: usize, length: i32): i32;
@external("leat", "kv_expire")
export declare function kv_expire(key: usize, length: i32, ttlSeconds: i64): i32;
@external("leat", "kv_list")
export declare function kv_list(prefix: usize, length: i32, limit: i32, buffer: usize, capacity: i32): i32;
@external("leat", "kv_increment")
export declare function kv_increment(key: usize, length: i32, delta: i64, sum: usize): i32;
@external("leat", "kv_compare_and_set")
export declare function kv_compare_and_set(
  key: usize, length: i32, old: usize, oldLength: i32, value: usize, valueLength: i32, ttlSeconds: i64,
): i32;

@external("leat", "get_processor_state")
export declare function get_processor_state(): u64;
@external("leat", "set_processor_state")
export declare function set_processor_state(value: usize, length: i32): i32;

@external("leat", "get_context")
export declare function get_context(key: usize, length: i32): u64;
@external("leat", "set_context")
export declare function set_context(key: usize, length: i32, json: usize, jsonLength: i32): i32;
@external("leat", "http_request")
export declare function http_request(json: usize, length: i32): u64;
@external("leat", "db_query")
export declare function db_query(json: usize, length: i32): u64;

@external("leat", "http_open")
export declare function http_open(method: usize, methodLength: i32, url: usize, urlLength: i32): i32;
@external("leat", "http_header")
export declare function http_header(handle: i32, name: usize, nameLength: i32, value: usize, valueLength: i32): i32;
@external("leat", "http_send")
export declare function http_send(handle: i32, body: usize, length: i32): i32;
@external("leat", "http_response_header")
export declare function http_response_header(
  handle: i32, name: usize, length: i32, buffer: usize, capacity: i32,
): i32;
@external("leat", "http_response_body")
export declare function http_response_body(handle: i32, buffer: usize, capacity: i32): i32;
@external("leat", "http_close")
export declare function http_close(handle: i32): void;
@external("leat", "http_is_allowed")
export declare function http_is_allowed(method: usize, methodLength: i32, url: usize, urlLength: i32): i32;

@external("leat", "sql_query")
export declare function sql_query(sql: usize, length: i32, parameters: usize, parametersLength: i32): i32;
@external("leat", "sql_execute")
export declare function sql_execute(sql: usize, length: i32, parameters: usize, parametersLength: i32): i32;
@external("leat", "sql_result")
export declare function sql_result(handle: i32, buffer: usize, capacity: i32): i32;
@external("leat", "sql_close")
export declare function sql_close(handle: i32): void;
@external("leat", "sql_begin")
export declare function sql_begin(): i32;
@external("leat", "sql_commit")
export declare function sql_commit(): i32;
@external("leat", "sql_rollback")
export declare function sql_rollback(): i32;
@external("leat", "sql_is_allowed")
export declare function sql_is_allowed(sql: usize, length: i32): i32;
