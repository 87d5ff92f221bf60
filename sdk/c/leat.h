/*
 * leat.h - Leat's functions in C: what the host calls, what a function asks of it, and memory for one call.
 *
 * One header, no library. A function is one C file that includes this header once and defines
 *
 *     static uint64_t leat_handle(uint8_t *body, uint32_t length);            contract `handler`
 *     static uint64_t leat_process_event(uint8_t *event, uint32_t length);    `processor`, with LEAT_PROCESSOR
 *     static uint64_t leat_step(uint8_t *context, uint32_t length);           `step`, with LEAT_STEP
 *
 * and, when it takes a configuration, with LEAT_INIT
 *
 *     static bool leat_init(uint8_t *config, uint32_t length);
 *
 * What is named LEAT_... is defined before the include. With LEAT_IMPORTS_ONLY there is nothing but the
 * imports: for contract `wasi`, whose memory is the C library's, and for a function's other C files.
 *
 * Build:  clang-19 --target=wasm32 -O2 -ffreestanding -nostdlib -mbulk-memory -I sdk/c
 *         -Wl,--no-entry -Wl,--stack-first -o name.wasm name.c
 * Tests:  cc -I sdk/c -o test name_test.c name.c sdk/c/leat_fake.c (leat_fake.h)
 *
 * The compiler calls memcmp, memcpy and their like of its own accord, also where there is no C library:
 * they are at the end, weak, and leave no trace where nothing calls them.
 *
 * Memory. There is one arena behind the static data. What `leat_init` allocates stays for the life
 * of the instance; everything else is dropped when the host asks for room for the next body. A
 * function is therefore correct both on an instance that is put back after each call and on one
 * that never is, and nothing has to be freed. The host must copy a response before the next call.
 *
 * Bodies. The byte behind a body or a configuration is writable and holds 0, so that a parser can
 * stop at it instead of comparing pointers.
 */
#ifndef LEAT_H
#define LEAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __wasm__
#define LEAT_IMPORT(name) __attribute__((import_module("leat"), import_name(name)))
#define LEAT_EXPORT(name) __attribute__((export_name(name), visibility("default")))
#else /* a unit test: leat_fake.c has the imports, and calls the exports by their names in C */
#define LEAT_IMPORT(name)
#define LEAT_EXPORT(name)
#endif
#define LEAT_INLINE static inline __attribute__((always_inline, unused))
#define LEAT_HELPER static __attribute__((unused))

/* ---- Imports. Each needs the grant named beside it in leat.yaml; without a call there is no import. */

enum leat_level { LEAT_DEBUG = 0, LEAT_INFO = 1, LEAT_WARN = 2, LEAT_ERROR = 3 };

/* Each request_* call answers the length of the whole value and writes at most `capacity` bytes of
 * it; request_header answers -1 when the request has no such header. */
LEAT_IMPORT("request_method") int32_t leat_request_method(void *buffer, uint32_t capacity);
LEAT_IMPORT("request_path") int32_t leat_request_path(void *buffer, uint32_t capacity);
LEAT_IMPORT("request_query") int32_t leat_request_query(void *buffer, uint32_t capacity);
LEAT_IMPORT("request_header")
int32_t leat_request_header(const void *name, uint32_t name_length, void *buffer, uint32_t capacity);

/* 200 unless set. */
LEAT_IMPORT("response_status") void leat_response_status(int32_t status);
LEAT_IMPORT("response_header")
void leat_response_header(const void *name, uint32_t name_length, const void *value, uint32_t value_length);

/* Says why the call is about to answer LEAT_FAILED; for the operator, not for the caller. */
#if !defined(LEAT_PROCESSOR) && !defined(LEAT_STEP)
LEAT_IMPORT("fail") void leat_fail(const void *text, uint32_t length);
#endif

/* capability: logging */
LEAT_IMPORT("log") void leat_log(int32_t level, const void *text, uint32_t length);
/* With fields: a JSON object of texts, numbers and booleans. */
LEAT_IMPORT("log_fields")
void leat_log_fields(int32_t level, const void *text, uint32_t length, const void *json, uint32_t json_length);

#if defined(LEAT_PROCESSOR) || defined(LEAT_STEP) /* These have no `fail`: what went wrong is in their log. */
LEAT_INLINE void leat_fail(const void *text, uint32_t length) { leat_log(LEAT_ERROR, text, length); }
#endif

/* capability: metrics. Tags are a JSON object of texts; without any, a length of 0. */
LEAT_IMPORT("metric_counter")
void leat_metric_counter(const void *name, uint32_t name_length, double value, const void *tags, uint32_t tags_length);
LEAT_IMPORT("metric_gauge")
void leat_metric_gauge(const void *name, uint32_t name_length, double value, const void *tags, uint32_t tags_length);
LEAT_IMPORT("metric_histogram")
void leat_metric_histogram(const void *name, uint32_t name_length, double value, const void *tags, uint32_t tags_length);
LEAT_IMPORT("metric_timer") /* milliseconds */
void leat_metric_timer(const void *name, uint32_t name_length, double value, const void *tags, uint32_t tags_length);
#ifdef LEAT_PROCESSOR
LEAT_IMPORT("record_metric") void leat_record_metric(const void *name, uint32_t name_length, double value);
#endif

/* What powers answer that is no length or value: docs/guides/capabilities.md. */
enum leat_code {
  LEAT_ABSENT = -1,
  LEAT_DENIED = -2,
  LEAT_INVALID = -3,
  LEAT_QUOTA = -4,
  LEAT_TIMEOUT = -5,
  LEAT_UNAVAILABLE = -6,
  LEAT_TOO_LARGE = -7,
  LEAT_CONFLICT = -8
};

/* capability: config. The JSON of a value of the manifest's `config`, and a JSON array of its keys: each answers
 * the length of all and writes at most `capacity` bytes; LEAT_ABSENT for a key that there is not, LEAT_DENIED
 * without the capability or where permissions deny it. */
LEAT_IMPORT("config_get")
int32_t leat_config_get(const void *name, uint32_t name_length, void *buffer, uint32_t capacity);
LEAT_IMPORT("config_keys") int32_t leat_config_keys(void *buffer, uint32_t capacity);

/* A whole number of the configuration, or `otherwise` where it is absent, denied or something else. */
LEAT_HELPER int64_t leat_config_int(const void *name, uint32_t name_length, int64_t otherwise) {
  char json[24];
  int32_t length = leat_config_get(name, name_length, json, sizeof json);
  bool negative = length > 0 && json[0] == '-';
  int64_t value = 0;
  if (length <= (int32_t)negative || length > (int32_t)sizeof json) return otherwise;
  for (int32_t at = negative; at < length; at++) {
    int32_t digit = json[at] - '0';
    if (digit < 0 || digit > 9 || value < INT64_MIN / 10) return otherwise;
    value *= 10; /* negative, since that reaches one further */
    if (value < INT64_MIN + digit) return otherwise;
    value -= digit;
  }
  if (negative) return value;
  return value == INT64_MIN ? otherwise : -value;
}

/* Likewise true or false. */
LEAT_HELPER bool leat_config_bool(const void *name, uint32_t name_length, bool otherwise) {
  char json[5];
  int32_t length = leat_config_get(name, name_length, json, sizeof json);
  return length == 4 && json[0] == 't' ? true : length == 5 && json[0] == 'f' ? false : otherwise;
}

/* What follows answers (pointer << 32) | length, in memory that leat_export_allocate gave, or 0: leat_read_state and its
 * like add it to a buffer. */
#ifdef LEAT_PROCESSOR
/* A value of the processor's own; 0 without one. */
LEAT_IMPORT("get_processor_state") uint64_t leat_get_processor_state(void);
LEAT_IMPORT("set_processor_state") int32_t leat_set_processor_state(const void *value, uint32_t length);
#endif

#ifdef LEAT_STEP
/* The JSON of a member of the job's context; 0 without one. */
LEAT_IMPORT("get_context") uint64_t leat_get_context(const void *key, uint32_t key_length);
LEAT_IMPORT("set_context")
int32_t leat_set_context(const void *key, uint32_t key_length, const void *json, uint32_t json_length);
/* {"method", "url", "headers", "body"} in, {"status", "headers", "body"} or {"error": {"code", "message"}} out. */
LEAT_IMPORT("http_request") uint64_t leat_http_request(const void *json, uint32_t length);
/* {"connection", "sql", "params"} in, {"columns", "rows", "rowsAffected"} or an error out. */
LEAT_IMPORT("db_query") uint64_t leat_db_query(const void *json, uint32_t length);
#endif

/* capability: http. A request is opened, given header fields, sent, and its answer read; what is left open ends with
 * the call. docs/guides/capabilities.md has the limits. */
LEAT_IMPORT("http_open") /* a handle above 0 */
int32_t leat_http_open(const void *method, uint32_t method_length, const void *url, uint32_t url_length);
LEAT_IMPORT("http_header")
int32_t leat_http_header(int32_t handle, const void *name, uint32_t name_length, const void *value,
                         uint32_t value_length);
/* The status; one of 400 and more is an answer, too. */
LEAT_IMPORT("http_send") int32_t leat_http_send(int32_t handle, const void *body, uint32_t length);
/* Each answers the length of all and writes at most `capacity` bytes. */
LEAT_IMPORT("http_response_header")
int32_t leat_http_response_header(int32_t handle, const void *name, uint32_t name_length, void *buffer,
                                  uint32_t capacity);
LEAT_IMPORT("http_response_body") int32_t leat_http_response_body(int32_t handle, void *buffer, uint32_t capacity);
LEAT_IMPORT("http_close") void leat_http_close(int32_t handle);
LEAT_IMPORT("http_is_allowed") /* 1 or 0 */
int32_t leat_http_is_allowed(const void *method, uint32_t method_length, const void *url, uint32_t url_length);

/* capability: secrets. The length of a secret's value, of which at most `capacity` bytes are written; LEAT_ABSENT for
 * one that is not set, LEAT_DENIED for one that the manifest does not name. */
LEAT_IMPORT("secret_get")
int32_t leat_secret_get(const void *name, uint32_t name_length, void *buffer, uint32_t capacity);

/* capability: keyValue. Keys are UTF-8 of 1 to 512 bytes, values any bytes up to 256 KiB. */
/* The length of the whole value, of which at most `capacity` bytes are written. */
LEAT_IMPORT("kv_get") int32_t leat_kv_get(const void *key, uint32_t key_length, void *buffer, uint32_t capacity);
/* A time to live of 0 is the longest that the manifest allows. */
LEAT_IMPORT("kv_set")
int32_t leat_kv_set(const void *key, uint32_t key_length, const void *value, uint32_t length, int64_t ttl_seconds);
LEAT_IMPORT("kv_delete") int32_t leat_kv_delete(const void *key, uint32_t key_length);
LEAT_IMPORT("kv_exists") int32_t leat_kv_exists(const void *key, uint32_t key_length); /* 1 or 0 */
LEAT_IMPORT("kv_expire") int32_t leat_kv_expire(const void *key, uint32_t key_length, int64_t ttl_seconds);
/* A JSON array of at most `limit` keys that begin with the prefix. */
LEAT_IMPORT("kv_list")
int32_t leat_kv_list(const void *prefix, uint32_t prefix_length, int32_t limit, void *buffer, uint32_t capacity);
/* What is absent is 0. */
LEAT_IMPORT("kv_increment")
int32_t leat_kv_increment(const void *key, uint32_t key_length, int64_t delta, int64_t *sum);
/* Sets the value if `old` is there; `old_length` LEAT_NO_VALUE: if nothing is. */
#define LEAT_NO_VALUE UINT32_MAX
LEAT_IMPORT("kv_compare_and_set")
int32_t leat_kv_compare_and_set(const void *key, uint32_t key_length, const void *old, uint32_t old_length,
                                const void *value, uint32_t length, int64_t ttl_seconds);

/* capability: database. Parameters are a JSON array, one value for each `?`; a result is a JSON object with
 * `columns`, `rows` and `rowsAffected`, read by its handle until it is closed. One transaction at a time, which
 * ends with the call: what is not committed by then is rolled back. */
LEAT_IMPORT("sql_query")
int32_t leat_sql_query(const void *sql, uint32_t length, const void *parameters, uint32_t parameters_length);
LEAT_IMPORT("sql_execute")
int32_t leat_sql_execute(const void *sql, uint32_t length, const void *parameters, uint32_t parameters_length);
LEAT_IMPORT("sql_result") int32_t leat_sql_result(int32_t handle, void *buffer, uint32_t capacity);
LEAT_IMPORT("sql_close") void leat_sql_close(int32_t handle);
LEAT_IMPORT("sql_begin") int32_t leat_sql_begin(void);
LEAT_IMPORT("sql_commit") int32_t leat_sql_commit(void);
LEAT_IMPORT("sql_rollback") int32_t leat_sql_rollback(void);
LEAT_IMPORT("sql_is_allowed") int32_t leat_sql_is_allowed(const void *sql, uint32_t length);

/* The two arguments (pointer, length) of a string literal. */
#define LEAT_TEXT(literal) (literal), (uint32_t)(sizeof(literal) - 1)

#ifndef LEAT_IMPORTS_ONLY

/* ---- Results of leat_handle, leat_process_event and leat_step. */

#if defined(LEAT_PROCESSOR) || defined(LEAT_STEP)
#define LEAT_FAILED 0
#else
#define LEAT_FAILED UINT64_MAX /* after leat_fail() */
#endif

#ifdef __wasm__
LEAT_INLINE uint64_t leat_response(const void *body, uint32_t length) {
  return (uint64_t)(uintptr_t)body << 32 | length;
}
LEAT_INLINE const void *leat_given(uint64_t packed) { return (const void *)(uintptr_t)(packed >> 32); }
#else /* a pointer has no room in 32 bits there */
uint64_t leat_response(const void *body, uint32_t length);
const void *leat_given(uint64_t packed);
#endif

/* ---- Memory. */

#define LEAT_PAGE 65536u
/* One growth step covers at least this much: growing is dear for some hosts, whatever its size. */
#define LEAT_GROWTH_PAGES 4u

#ifdef __wasm__
extern uint8_t __heap_base; /* from the linker: first byte behind data and stack */
#else
extern uint8_t leat_fake_memory[];
extern uint64_t leat_fake_memory_end(void);
#define __heap_base leat_fake_memory[0]
#endif

static uintptr_t leat_base; /* end of what leat_init allocated; 0 until the first allocation */
static uintptr_t leat_top;  /* next free byte */
static bool leat_answered; /* the arena holds only a response that the host has had time to copy */

/* Makes memory reach to `end`; false when the limit is reached. */
LEAT_HELPER __attribute__((noinline)) bool leat_reach(uint64_t end) {
#ifndef __wasm__
  return end <= leat_fake_memory_end();
#else
  uint64_t have = (uint64_t)__builtin_wasm_memory_size(0) * LEAT_PAGE;
  if (end <= have) return true;
  if (end > 65536ull * LEAT_PAGE) return false;
  uint32_t need = (uint32_t)((end - have + LEAT_PAGE - 1) / LEAT_PAGE);
  /* Half as much again as there is, so that a buffer that grows does so a few times only. */
  uint32_t want = (uint32_t)(have / LEAT_PAGE / 2);
  if (want < LEAT_GROWTH_PAGES) want = LEAT_GROWTH_PAGES;
  if (want > need && __builtin_wasm_memory_grow(0, want) != SIZE_MAX) return true;
  return __builtin_wasm_memory_grow(0, need) != SIZE_MAX;
#endif
}

/* `size` bytes, aligned to 8, not cleared; NULL when memory is exhausted. */
LEAT_HELPER void *leat_allocate(uint32_t size) {
  if (leat_top == 0) leat_top = leat_base = ((uintptr_t)&__heap_base + 7u) & ~(uintptr_t)7u;
  uint64_t end = ((uint64_t)leat_top + size + 7u) & ~7ull;
  if (!leat_reach(end)) return NULL;
  uint8_t *block = (uint8_t *)leat_top;
  leat_top = (uintptr_t)end;
  return block;
}

LEAT_EXPORT("allocate") uint8_t *leat_export_allocate(uint32_t size) {
  if (leat_answered) {
    leat_answered = false;
    leat_top = leat_base;
  }
  return size == UINT32_MAX ? NULL : leat_allocate(size + 1); /* + 1: the 0 behind the body */
}

/* ---- A buffer that grows. Zero-initialise it; it lives in the arena. */

struct leat_buffer {
  uint8_t *data;
  uint32_t length;
  uint32_t capacity;
  bool exhausted; /* set once memory ran out; later writes do nothing */
};

LEAT_HELPER __attribute__((noinline)) bool leat_buffer_grow(struct leat_buffer *buffer, uint32_t more) {
  uint64_t need = (uint64_t)buffer->length + more;
  uint64_t want = (uint64_t)buffer->capacity * 2;
  if (want < need) want = need;
  if (want < 256) want = 256;
  if (want > UINT32_MAX || buffer->exhausted) goto exhausted;
  uint8_t *end = buffer->data + buffer->capacity;
  if (buffer->data != NULL && (uintptr_t)end == leat_top) {
    /* The last block of the arena grows where it is. */
    if (leat_allocate((uint32_t)want - buffer->capacity) == NULL) goto exhausted;
  } else {
    uint8_t *moved = leat_allocate((uint32_t)want);
    if (moved == NULL) goto exhausted;
    if (buffer->length != 0) __builtin_memcpy(moved, buffer->data, buffer->length);
    buffer->data = moved;
  }
  buffer->capacity = (uint32_t)(leat_top - (uintptr_t)buffer->data);
  return true;
exhausted:
  buffer->exhausted = true;
  return false;
}

/* Gives back the room behind the contents, when nothing was allocated after the buffer. */
LEAT_HELPER void leat_buffer_trim(struct leat_buffer *buffer) {
  if ((uintptr_t)buffer->data + buffer->capacity != leat_top) return;
  leat_top = ((uintptr_t)buffer->data + buffer->length + 7u) & ~(uintptr_t)7u;
  buffer->capacity = (uint32_t)(leat_top - (uintptr_t)buffer->data);
}

LEAT_INLINE void leat_put(struct leat_buffer *buffer, const void *bytes, uint32_t length) {
  if (length > buffer->capacity - buffer->length && !leat_buffer_grow(buffer, length)) return;
  __builtin_memcpy(buffer->data + buffer->length, bytes, length);
  buffer->length += length;
}

LEAT_INLINE void leat_put_byte(struct leat_buffer *buffer, uint8_t byte) {
  if (buffer->length == buffer->capacity && !leat_buffer_grow(buffer, 1)) return;
  buffer->data[buffer->length++] = byte;
}

#define leat_put_text(buffer, literal) leat_put((buffer), LEAT_TEXT(literal))

LEAT_HELPER void leat_put_number(struct leat_buffer *buffer, uint32_t number) {
  uint8_t digits[10];
  uint32_t count = 0;
  do digits[count++] = (uint8_t)('0' + number % 10);
  while ((number /= 10) != 0);
  while (count != 0) leat_put_byte(buffer, digits[--count]);
}

/* The response is what the buffer holds, or a failure when memory ran out on the way. */
LEAT_HELPER uint64_t leat_buffer_response(const struct leat_buffer *buffer) {
  if (!buffer->exhausted) return leat_response(buffer->data, buffer->length);
  leat_fail(LEAT_TEXT("The response does not fit into the function's memory. Raise limits.memory."));
  return LEAT_FAILED;
}

/* ---- Whole values. Each adds to a buffer what the import of its name gives, and answers its length or a code. */

/* LEAT_TOO_LARGE when memory is exhausted. The call asks for as much as fits, and again when that was not all. */
#define LEAT_READ(buffer, call)                                                                                      \
  for (;;) {                                                                                                         \
    uint8_t *to = (buffer)->data + (buffer)->length;                                                                 \
    uint32_t room = (buffer)->capacity - (buffer)->length;                                                           \
    int32_t length = (call);                                                                                         \
    if (length < 0) return length;                                                                                   \
    if ((uint32_t)length <= room) {                                                                                  \
      (buffer)->length += (uint32_t)length;                                                                          \
      return length;                                                                                                 \
    }                                                                                                                \
    if (!leat_buffer_grow((buffer), (uint32_t)length)) return LEAT_TOO_LARGE;                                        \
  }

LEAT_HELPER int32_t leat_read_path(struct leat_buffer *buffer) { LEAT_READ(buffer, leat_request_path(to, room)) }
LEAT_HELPER int32_t leat_read_query(struct leat_buffer *buffer) { LEAT_READ(buffer, leat_request_query(to, room)) }
LEAT_HELPER int32_t leat_read_header(struct leat_buffer *buffer, const void *name, uint32_t name_length) {
  LEAT_READ(buffer, leat_request_header(name, name_length, to, room))
}
LEAT_HELPER int32_t leat_read_config(struct leat_buffer *buffer, const void *name, uint32_t name_length) {
  LEAT_READ(buffer, leat_config_get(name, name_length, to, room))
}
LEAT_HELPER int32_t leat_read_secret(struct leat_buffer *buffer, const void *name, uint32_t name_length) {
  LEAT_READ(buffer, leat_secret_get(name, name_length, to, room))
}
LEAT_HELPER int32_t leat_read_kv(struct leat_buffer *buffer, const void *key, uint32_t key_length) {
  LEAT_READ(buffer, leat_kv_get(key, key_length, to, room))
}
/* What the host gave in memory of the function's. */
LEAT_HELPER int32_t leat_put_given(struct leat_buffer *buffer, uint64_t packed) {
  if (packed == 0) return LEAT_ABSENT;
  leat_put(buffer, leat_given(packed), (uint32_t)packed);
  return buffer->exhausted ? LEAT_TOO_LARGE : (int32_t)(uint32_t)packed;
}
#ifdef LEAT_PROCESSOR
/* The value of the processor's own; LEAT_ABSENT without one. */
LEAT_HELPER int32_t leat_read_state(struct leat_buffer *buffer) {
  return leat_put_given(buffer, leat_get_processor_state());
}
#endif
#ifdef LEAT_STEP
/* The JSON of a member of the context; LEAT_ABSENT without one. */
LEAT_HELPER int32_t leat_read_context(struct leat_buffer *buffer, const void *key, uint32_t key_length) {
  return leat_put_given(buffer, leat_get_context(key, key_length));
}
/* The JSON of an answer, be it one of an error. */
LEAT_HELPER int32_t leat_read_http_request(struct leat_buffer *buffer, const void *json, uint32_t length) {
  return leat_put_given(buffer, leat_http_request(json, length));
}
LEAT_HELPER int32_t leat_read_db_query(struct leat_buffer *buffer, const void *json, uint32_t length) {
  return leat_put_given(buffer, leat_db_query(json, length));
}
#endif
LEAT_HELPER int32_t leat_read_kv_list(struct leat_buffer *buffer, const void *prefix, uint32_t prefix_length,
                                      int32_t limit) {
  LEAT_READ(buffer, leat_kv_list(prefix, prefix_length, limit, to, room))
}
LEAT_HELPER int32_t leat_read_http_header(struct leat_buffer *buffer, int32_t handle, const void *name,
                                          uint32_t name_length) {
  LEAT_READ(buffer, leat_http_response_header(handle, name, name_length, to, room))
}
LEAT_HELPER int32_t leat_read_http_body(struct leat_buffer *buffer, int32_t handle) {
  LEAT_READ(buffer, leat_http_response_body(handle, to, room))
}
LEAT_HELPER int32_t leat_read_sql(struct leat_buffer *buffer, int32_t handle) {
  LEAT_READ(buffer, leat_sql_result(handle, to, room))
}

/* A text as JSON has it, quotes included; bytes that are no UTF-8 stay as they are. */
LEAT_HELPER void leat_put_json(struct leat_buffer *buffer, const void *text, uint32_t length) {
  const uint8_t *bytes = text;
  leat_put_byte(buffer, '"');
  for (uint32_t at = 0; at < length; at++) {
    uint8_t byte = bytes[at];
    if (byte == '"' || byte == '\\') {
      leat_put_byte(buffer, '\\');
      leat_put_byte(buffer, byte);
    } else if (byte < 0x20) {
      leat_put_text(buffer, "\\u00");
      leat_put_byte(buffer, (uint8_t)('0' + (byte >> 4)));
      leat_put_byte(buffer, (uint8_t)("0123456789abcdef"[byte & 15]));
    } else {
      leat_put_byte(buffer, byte);
    }
  }
  leat_put_byte(buffer, '"');
}

/* ---- Exports. */

static uint8_t leat_nothing[8];

LEAT_INLINE uint8_t *leat_terminated(uint8_t *bytes, uint32_t length) {
  if (length == 0) return leat_nothing; /* a host may pass any pointer for an empty body */
  bytes[length] = 0;
  return bytes;
}

#ifdef LEAT_PROCESSOR
static uint64_t leat_process_event(uint8_t *event, uint32_t length);

LEAT_EXPORT("process_event") uint64_t leat_export_process_event(uint8_t *event, uint32_t length) {
  uint64_t result = leat_process_event(leat_terminated(event, length), length);
  leat_answered = true;
  return result;
}

/* The arena is dropped as a whole. */
LEAT_EXPORT("free") void leat_export_free(void *block, uint32_t size) {
  (void)block;
  (void)size;
}
#elif defined(LEAT_STEP)
static uint64_t leat_step(uint8_t *context, uint32_t length);

LEAT_EXPORT("step") uint64_t leat_export_step(uint8_t *context, uint32_t length) {
  uint64_t result = leat_step(leat_terminated(context, length), length);
  leat_answered = true;
  return result;
}
#else
static uint64_t leat_handle(uint8_t *body, uint32_t length);

LEAT_EXPORT("handle") uint64_t leat_export_handle(uint8_t *body, uint32_t length) {
  uint64_t result = leat_handle(leat_terminated(body, length), length);
  leat_answered = true;
  return result;
}
#endif

#ifdef LEAT_INIT
static bool leat_init(uint8_t *config, uint32_t length);

/* What a refused configuration leaves behind is dropped with the next allocation. */
LEAT_EXPORT("init") int32_t leat_export_init(uint8_t *config, uint32_t length) {
  bool accepted = leat_init(leat_terminated(config, length), length);
  leat_base = accepted ? leat_top : leat_base;
  leat_answered = !accepted;
  return accepted;
}
#endif

#endif /* LEAT_IMPORTS_ONLY */

#if defined(__wasm__) && !defined(LEAT_IMPORTS_ONLY)
/* ---- What the compiler may call. Weak: a program may have its own. `no_builtin` keeps the compiler from
 * turning a loop into a call of the very function it stands in. */

#define LEAT_LIBRARY __attribute__((weak, no_builtin))

LEAT_LIBRARY int memcmp(const void *first, const void *second, size_t length) {
  const uint8_t *a = first, *b = second;
  for (size_t i = 0; i < length; i++)
    if (a[i] != b[i]) return a[i] < b[i] ? -1 : 1;
  return 0;
}

LEAT_LIBRARY int bcmp(const void *first, const void *second, size_t length) { return memcmp(first, second, length); }

LEAT_LIBRARY void *memmove(void *to, const void *from, size_t length) {
  uint8_t *out = to;
  const uint8_t *in = from;
  if (out <= in)
    for (size_t i = 0; i < length; i++) out[i] = in[i];
  else
    while (length-- != 0) out[length] = in[length];
  return to;
}

LEAT_LIBRARY void *memcpy(void *to, const void *from, size_t length) { return memmove(to, from, length); }

LEAT_LIBRARY void *memset(void *to, int byte, size_t length) {
  uint8_t *out = to;
  for (size_t i = 0; i < length; i++) out[i] = (uint8_t)byte;
  return to;
}

LEAT_LIBRARY size_t strlen(const char *text) {
  size_t length = 0;
  while (text[length] != 0) length++;
  return length;
}
#endif

#endif
