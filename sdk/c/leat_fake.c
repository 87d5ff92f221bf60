/* The host in memory that leat_fake.h describes. Nothing is freed before leat_fake_reset: a test is short. */
#define LEAT_IMPORTS_ONLY
#include "leat.h"

/* Of a step alone. */
uint64_t leat_get_context(const void *key, uint32_t key_length);
int32_t leat_set_context(const void *key, uint32_t key_length, const void *json, uint32_t json_length);
uint64_t leat_http_request(const void *json, uint32_t length);
uint64_t leat_db_query(const void *json, uint32_t length);
/* Of a processor alone. */
uint64_t leat_get_processor_state(void);
int32_t leat_set_processor_state(const void *value, uint32_t length);
void leat_record_metric(const void *name, uint32_t name_length, double value);
/* Of all, where a pointer has no room in 32 bits. */
uint64_t leat_response(const void *body, uint32_t length);
const void *leat_given(uint64_t packed);

#undef LEAT_H /* leat_fake.h without a function */
#include "leat_fake.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- Memory of the function, and of the host. */

#define MEMORY_BYTES (16u << 20)

_Alignas(16) uint8_t leat_fake_memory[MEMORY_BYTES];

uint64_t leat_fake_memory_end(void) { return (uint64_t)(uintptr_t)leat_fake_memory + MEMORY_BYTES; }

static void *need(void *block) {
  if (block == NULL) {
    fputs("leat_fake: out of memory\n", stderr);
    abort();
  }
  return block;
}

/* A copy, ended by a 0. */
static char *copy(const void *bytes, size_t length) {
  char *text = need(malloc(length + 1));
  if (length != 0) memcpy(text, bytes, length);
  text[length] = 0;
  return text;
}

/* ---- Named values, the newest first. */

struct entry {
  struct entry *next;
  char *name;
  char *value;
  size_t length;
  int64_t expires; /* second; 0: never */
  int32_t status;
  struct entry *headers;
};

static struct entry *headers, *configs, *secrets, *values, *answers, *results, *codes, *response_headers, *metrics,
    *context;
static char *method, *path, *query, *failure, *log_lines, *calls, *body_text;
static int32_t status;
static int64_t now;
static const void *answered, *given;
static uint32_t answered_length;
static bool in_transaction;

static struct entry *find(struct entry *list, const char *name, size_t length) {
  for (; list != NULL; list = list->next)
    if (strlen(list->name) == length && memcmp(list->name, name, length) == 0) return list;
  return NULL;
}

static struct entry *put(struct entry **list, const char *name, size_t name_length, const void *value, size_t length) {
  struct entry *entry = find(*list, name, name_length);
  if (entry == NULL) {
    entry = need(calloc(1, sizeof *entry));
    entry->name = copy(name, name_length);
    entry->next = *list;
    *list = entry;
  }
  entry->value = copy(value, length);
  entry->length = length;
  return entry;
}

static void take_out(struct entry **list, const struct entry *entry) {
  for (; *list != NULL; list = &(*list)->next)
    if (*list == entry) {
      *list = entry->next;
      return;
    }
}

static char *lower(const void *name, size_t length) {
  char *text = copy(name, length);
  for (char *at = text; *at != 0; at++)
    if (*at >= 'A' && *at <= 'Z') *at = (char)(*at + 32);
  return text;
}

static void say(char **lines, const char *word, const void *text, size_t length, const void *more, size_t more_length) {
  size_t had = *lines == NULL ? 0 : strlen(*lines);
  char *all = need(malloc(had + strlen(word) + length + more_length + 4));
  char *at = all;
  if (had != 0) memcpy(at, *lines, had);
  at += had;
  at += sprintf(at, "%s", word);
  if (length != 0) at += sprintf(at, " %.*s", (int)length, (const char *)text);
  if (more_length != 0) at += sprintf(at, " %.*s", (int)more_length, (const char *)more);
  sprintf(at, "\n");
  *lines = all;
}

/* The code that an import is to answer, else 0. */
static int32_t code_of(const char *import) {
  for (struct entry *code = codes; code != NULL; code = code->next)
    if (code->status != 0 && strncmp(import, code->name, strlen(code->name)) == 0) return code->status;
  return 0;
}

#define ANSWER_CODE(import)                                                                                          \
  do {                                                                                                               \
    int32_t code = code_of(import);                                                                                  \
    if (code != 0) return code;                                                                                      \
  } while (0)

static int32_t give(const void *bytes, size_t length, void *buffer, uint32_t capacity) {
  size_t fits = length < capacity ? length : capacity;
  if (fits != 0) memcpy(buffer, bytes, fits);
  return (int32_t)length;
}

static int32_t give_entry(const struct entry *entry, void *buffer, uint32_t capacity) {
  return entry == NULL ? LEAT_ABSENT : give(entry->value, entry->length, buffer, capacity);
}

/* ---- What tests say and ask. */

void leat_fake_reset(void) {
  headers = configs = secrets = values = answers = results = codes = response_headers = metrics = context
      = NULL;
  method = path = query = failure = log_lines = calls = NULL;
  now = 0;
  in_transaction = false;
}

void leat_fake_request(const char *of_method, const char *of_path, const char *of_query) {
  method = copy(of_method, strlen(of_method));
  path = copy(of_path, strlen(of_path));
  query = copy(of_query, strlen(of_query));
  headers = NULL;
}

static void put_text(struct entry **list, const char *name, const char *value) {
  put(list, name, strlen(name), value, strlen(value));
}

void leat_fake_request_header(const char *name, const char *value) {
  put_text(&headers, lower(name, strlen(name)), value);
}
void leat_fake_config(const char *name, const char *json) { put_text(&configs, name, json); }
void leat_fake_secret(const char *name, const char *value) { put_text(&secrets, name, value); }
void leat_fake_kv(const char *key, const char *value) { put_text(&values, key, value); }
void leat_fake_sql(const char *statement, const char *result) { put_text(&results, statement, result); }

void leat_fake_http(const char *of_method, const char *url, int32_t of_status, const char *body) {
  char *name = need(malloc(strlen(of_method) + strlen(url) + 2));
  sprintf(name, "%s %s", of_method, url);
  put(&answers, name, strlen(name), body, strlen(body))->status = of_status;
}

void leat_fake_http_header(const char *name, const char *value) {
  put_text(&answers->headers, lower(name, strlen(name)), value);
}

void leat_fake_code(const char *import, int32_t code) {
  put(&codes, import, strlen(import), "", 0)->status = code;
}

void leat_fake_advance(int64_t seconds) { now += seconds; }

const char *leat_fake_response_header(const char *name) {
  struct entry *entry = find(response_headers, lower(name, strlen(name)), strlen(name));
  return entry == NULL ? NULL : entry->value;
}

const char *leat_fake_log(void) { return log_lines == NULL ? "" : log_lines; }
const char *leat_fake_calls(void) { return calls == NULL ? "" : calls; }

double leat_fake_metric(const char *name) {
  struct entry *entry = find(metrics, name, strlen(name));
  double value = 0;
  if (entry != NULL) memcpy(&value, entry->value, sizeof value);
  return value;
}

uint64_t leat_response(const void *body, uint32_t length) {
  answered = body;
  answered_length = length;
  return 1ull << 32 | length;
}

const void *leat_given(uint64_t packed) {
  (void)packed;
  return given;
}

static uint64_t give_whole(const void *bytes, size_t length) {
  given = bytes;
  return 1ull << 32 | length;
}

struct leat_fake_answer leat_fake_run(uint8_t *(*allocate)(uint32_t), uint64_t (*call)(uint8_t *, uint32_t),
                                      uint64_t failed, const void *body, uint32_t length) {
  status = 200;
  failure = NULL;
  response_headers = NULL;
  uint8_t *input = need(allocate(length));
  if (length != 0) memcpy(input, body, length);
  bool has_failed = call(input, length) == failed;
  if (in_transaction) { /* it ends with its call */
    in_transaction = false;
    say(&calls, "sql_rollback", "", 0, "", 0);
  }
  uint32_t count = has_failed ? 0 : answered_length;
  body_text = copy(answered, count);
  return (struct leat_fake_answer){
      .status = status, .failed = has_failed, .failure = failure == NULL ? "" : failure, .body = body_text,
      .length = count};
}

/* ---- Imports: the request and the response. */

static int32_t give_text(const char *text, void *buffer, uint32_t capacity) {
  return text == NULL ? 0 : give(text, strlen(text), buffer, capacity);
}

int32_t leat_request_method(void *buffer, uint32_t capacity) {
  return give_text(method == NULL ? "POST" : method, buffer, capacity);
}
int32_t leat_request_path(void *buffer, uint32_t capacity) { return give_text(path, buffer, capacity); }
int32_t leat_request_query(void *buffer, uint32_t capacity) { return give_text(query, buffer, capacity); }
int32_t leat_request_header(const void *name, uint32_t name_length, void *buffer, uint32_t capacity) {
  return give_entry(find(headers, lower(name, name_length), name_length), buffer, capacity);
}
void leat_response_status(int32_t to) { status = to; }
void leat_response_header(const void *name, uint32_t name_length, const void *value, uint32_t value_length) {
  put(&response_headers, lower(name, name_length), name_length, value, value_length);
}
void leat_fail(const void *text, uint32_t length) { failure = copy(text, length); }

/* ---- Imports: powers. */

static const char *level_word(int32_t level) {
  static const char *const words[] = {"debug", "info", "warn", "error"};
  return level < 0 || level > 3 ? "info" : words[level];
}

void leat_log(int32_t level, const void *text, uint32_t length) {
  say(&log_lines, level_word(level), text, length, "", 0);
}
void leat_log_fields(int32_t level, const void *text, uint32_t length, const void *json, uint32_t json_length) {
  say(&log_lines, level_word(level), text, length, json, json_length);
}

static void record(const void *name, uint32_t name_length, double value, bool adds) {
  char *text = copy(name, name_length);
  double sum = adds ? leat_fake_metric(text) + value : value;
  put(&metrics, text, name_length, &sum, sizeof sum);
}

#define METRIC(kind, adds)                                                                                           \
  void leat_metric_##kind(const void *name, uint32_t name_length, double value, const void *tags,                    \
                          uint32_t tags_length) {                                                                    \
    (void)tags;                                                                                                      \
    (void)tags_length;                                                                                               \
    record(name, name_length, value, adds);                                                                          \
  }
METRIC(counter, true)
METRIC(gauge, false)
METRIC(histogram, false)
METRIC(timer, false)
void leat_record_metric(const void *name, uint32_t name_length, double value) {
  record(name, name_length, value, false);
}

int32_t leat_config_get(const void *name, uint32_t name_length, void *buffer, uint32_t capacity) {
  ANSWER_CODE("config_get");
  return give_entry(find(configs, name, name_length), buffer, capacity);
}

/* A JSON array of names; those of this file need no escapes. */
static int32_t give_names(const struct entry *list, const char *prefix, size_t length, int32_t limit, void *buffer,
                          uint32_t capacity) {
  const char *last = ""; /* by the order of their bytes */
  char *json = copy("[", 1);
  for (int32_t count = 0; limit < 0 || count < limit; count++) {
    const struct entry *next = NULL;
    for (const struct entry *entry = list; entry != NULL; entry = entry->next)
      if (strncmp(entry->name, prefix, length) == 0 && strcmp(entry->name, last) > 0
          && (entry->expires == 0 || entry->expires > now) && (next == NULL || strcmp(entry->name, next->name) < 0))
        next = entry;
    if (next == NULL) break;
    char *more = need(malloc(strlen(json) + strlen(next->name) + 5));
    sprintf(more, "%s%s\"%s\"", json, count == 0 ? "" : ",", next->name);
    json = more;
    last = next->name;
  }
  char *all = need(malloc(strlen(json) + 2));
  return give(all, (size_t)sprintf(all, "%s]", json), buffer, capacity);
}

int32_t leat_config_keys(void *buffer, uint32_t capacity) {
  ANSWER_CODE("config_keys");
  return give_names(configs, "", 0, -1, buffer, capacity);
}

int32_t leat_secret_get(const void *name, uint32_t name_length, void *buffer, uint32_t capacity) {
  ANSWER_CODE("secret_get");
  return give_entry(find(secrets, name, name_length), buffer, capacity);
}

static struct entry *value_of(const void *key, uint32_t key_length) {
  struct entry *entry = find(values, key, key_length);
  return entry == NULL || (entry->expires != 0 && entry->expires <= now) ? NULL : entry;
}

const char *leat_fake_kv_value(const char *key) {
  struct entry *entry = value_of(key, (uint32_t)strlen(key));
  return entry == NULL ? NULL : entry->value;
}

static int32_t keep(const void *key, uint32_t key_length, const void *value, uint32_t length, int64_t ttl_seconds) {
  if (key_length == 0 || ttl_seconds < 0) return LEAT_INVALID;
  if (key_length > 512 || length > 262144) return LEAT_TOO_LARGE;
  put(&values, key, key_length, value, length)->expires = ttl_seconds == 0 ? 0 : now + ttl_seconds;
  return 0;
}

int32_t leat_kv_get(const void *key, uint32_t key_length, void *buffer, uint32_t capacity) {
  ANSWER_CODE("kv_get");
  return give_entry(value_of(key, key_length), buffer, capacity);
}
int32_t leat_kv_set(const void *key, uint32_t key_length, const void *value, uint32_t length, int64_t ttl_seconds) {
  ANSWER_CODE("kv_set");
  return keep(key, key_length, value, length, ttl_seconds);
}
int32_t leat_kv_delete(const void *key, uint32_t key_length) {
  ANSWER_CODE("kv_delete");
  struct entry *entry = value_of(key, key_length);
  if (entry == NULL) return LEAT_ABSENT;
  take_out(&values, entry);
  return 0;
}
int32_t leat_kv_exists(const void *key, uint32_t key_length) {
  ANSWER_CODE("kv_exists");
  return value_of(key, key_length) != NULL;
}
int32_t leat_kv_expire(const void *key, uint32_t key_length, int64_t ttl_seconds) {
  ANSWER_CODE("kv_expire");
  struct entry *entry = value_of(key, key_length);
  if (entry == NULL) return LEAT_ABSENT;
  entry->expires = ttl_seconds == 0 ? 0 : now + ttl_seconds;
  return 0;
}
int32_t leat_kv_list(const void *prefix, uint32_t prefix_length, int32_t limit, void *buffer, uint32_t capacity) {
  ANSWER_CODE("kv_list");
  return give_names(values, prefix, prefix_length, limit, buffer, capacity);
}
int32_t leat_kv_increment(const void *key, uint32_t key_length, int64_t delta, int64_t *sum) {
  ANSWER_CODE("kv_increment");
  struct entry *entry = value_of(key, key_length);
  int64_t value = 0;
  if (entry != NULL) {
    char *end;
    value = strtoll(entry->value, &end, 10);
    if (entry->length == 0 || *end != 0) return LEAT_INVALID;
  }
  if (__builtin_add_overflow(value, delta, &value)) return LEAT_INVALID;
  char digits[24];
  int count = sprintf(digits, "%" PRId64, value);
  int64_t expires = entry == NULL ? 0 : entry->expires;
  put(&values, key, key_length, digits, (size_t)count)->expires = expires;
  *sum = value;
  return 0;
}
int32_t leat_kv_compare_and_set(const void *key, uint32_t key_length, const void *old, uint32_t old_length,
                                const void *value, uint32_t length, int64_t ttl_seconds) {
  ANSWER_CODE("kv_compare_and_set");
  struct entry *entry = value_of(key, key_length);
  bool same = entry == NULL ? old_length == LEAT_NO_VALUE
                            : entry->length == old_length && memcmp(entry->value, old, old_length) == 0;
  return same ? keep(key, key_length, value, length, ttl_seconds) : LEAT_CONFLICT;
}

/* A processor's own value: under a key of its own, as on the platform. */
#define STATE "processor-state/function"

uint64_t leat_get_processor_state(void) {
  struct entry *entry = code_of("get_processor_state") == 0 ? value_of(STATE, sizeof STATE - 1) : NULL;
  return entry == NULL ? 0 : give_whole(entry->value, entry->length);
}
int32_t leat_set_processor_state(const void *value, uint32_t length) {
  return leat_kv_set(STATE, sizeof STATE - 1, value, length, 0);
}

/* ---- Imports: HTTP and SQL. A handle is a number from 1. */

#define HANDLES_MAX 256

static struct entry *open[HANDLES_MAX];
static int32_t opened;

static int32_t handle_of(struct entry *entry) {
  for (int32_t at = 0; at < HANDLES_MAX; at++) {
    opened = (opened + 1) % HANDLES_MAX;
    if (open[opened] == NULL) {
      open[opened] = entry;
      return opened + 1;
    }
  }
  return LEAT_QUOTA;
}

static struct entry *opened_by(int32_t handle) {
  return handle < 1 || handle > HANDLES_MAX ? NULL : open[handle - 1];
}

static void close_handle(int32_t handle) {
  if (opened_by(handle) != NULL) open[handle - 1] = NULL;
}

int32_t leat_http_open(const void *of_method, uint32_t method_length, const void *url, uint32_t url_length) {
  ANSWER_CODE("http_open");
  struct entry *request = need(calloc(1, sizeof *request));
  request->name = need(malloc((size_t)method_length + url_length + 2));
  sprintf(request->name, "%.*s %.*s", (int)method_length, (const char *)of_method, (int)url_length, (const char *)url);
  return handle_of(request);
}
int32_t leat_http_header(int32_t handle, const void *name, uint32_t name_length, const void *value,
                         uint32_t value_length) {
  ANSWER_CODE("http_header");
  (void)name, (void)name_length, (void)value, (void)value_length;
  return opened_by(handle) == NULL ? LEAT_INVALID : 0;
}
int32_t leat_http_send(int32_t handle, const void *body, uint32_t length) {
  struct entry *request = opened_by(handle);
  if (request == NULL) return LEAT_INVALID;
  say(&calls, request->name, body, length, "", 0);
  ANSWER_CODE("http_send");
  struct entry *answer = find(answers, request->name, strlen(request->name));
  if (answer == NULL) return LEAT_UNAVAILABLE;
  request->value = answer->value;
  request->length = answer->length;
  request->headers = answer->headers;
  return answer->status;
}
int32_t leat_http_response_header(int32_t handle, const void *name, uint32_t name_length, void *buffer,
                                  uint32_t capacity) {
  struct entry *request = opened_by(handle);
  if (request == NULL) return LEAT_INVALID;
  return give_entry(find(request->headers, lower(name, name_length), name_length), buffer, capacity);
}
int32_t leat_http_response_body(int32_t handle, void *buffer, uint32_t capacity) {
  struct entry *request = opened_by(handle);
  return request == NULL || request->value == NULL ? LEAT_INVALID : give_entry(request, buffer, capacity);
}
void leat_http_close(int32_t handle) { close_handle(handle); }
int32_t leat_http_is_allowed(const void *of_method, uint32_t method_length, const void *url, uint32_t url_length) {
  (void)of_method, (void)method_length, (void)url, (void)url_length;
  return code_of("http_") != LEAT_DENIED;
}

static const char nothing[] = "{\"columns\":[],\"rows\":[],\"rowsAffected\":0}";

static const char *result_of(const char *statement) {
  for (struct entry *known = results; known != NULL; known = known->next)
    if (strncmp(statement, known->name, strlen(known->name)) == 0) return known->value;
  return nothing;
}

static int32_t run_sql(const char *import, const void *sql, uint32_t length, const void *parameters, uint32_t count) {
  say(&calls, import, sql, length, parameters, count);
  ANSWER_CODE(import);
  struct entry *result = need(calloc(1, sizeof *result));
  result->name = copy("", 0);
  const char *json = result_of(copy(sql, length));
  result->value = copy(json, strlen(json));
  result->length = strlen(json);
  return handle_of(result);
}

int32_t leat_sql_query(const void *sql, uint32_t length, const void *parameters, uint32_t parameters_length) {
  return run_sql("sql_query", sql, length, parameters, parameters_length);
}
int32_t leat_sql_execute(const void *sql, uint32_t length, const void *parameters, uint32_t parameters_length) {
  return run_sql("sql_execute", sql, length, parameters, parameters_length);
}
int32_t leat_sql_result(int32_t handle, void *buffer, uint32_t capacity) {
  struct entry *result = opened_by(handle);
  return result == NULL ? LEAT_INVALID : give_entry(result, buffer, capacity);
}
void leat_sql_close(int32_t handle) { close_handle(handle); }

static int32_t turn(const char *import, bool from, bool to) {
  ANSWER_CODE(import);
  if (in_transaction != from) return LEAT_INVALID;
  in_transaction = to;
  say(&calls, import, "", 0, "", 0);
  return 0;
}

int32_t leat_sql_begin(void) { return turn("sql_begin", false, true); }
int32_t leat_sql_commit(void) { return turn("sql_commit", true, false); }
int32_t leat_sql_rollback(void) { return turn("sql_rollback", true, false); }
int32_t leat_sql_is_allowed(const void *sql, uint32_t length) {
  (void)sql, (void)length;
  return code_of("sql_") != LEAT_DENIED;
}

/* ---- Imports: what a step asks in JSON. What a test hands over is taken to be some. */

static const char *after_value(const char *at) {
  int depth = 0;
  do {
    if (*at == '"') {
      for (at++; *at != 0 && *at != '"'; at++)
        if (*at == '\\' && at[1] != 0) at++;
    } else if (*at == '{' || *at == '[') {
      depth++;
    } else if (*at == '}' || *at == ']') {
      depth--;
    }
    if (*at != 0) at++;
  } while (*at != 0 && (depth > 0 || strchr(":,}]\"{[ \t\r\n", *at) == NULL));
  return at;
}

static const char *after_space(const char *at) { return at + strspn(at, " \t\r\n"); }

/* The members of an object: their names as they are written, and their JSON. */
static struct entry *members_of(const void *json, uint32_t length) {
  struct entry *members = NULL;
  const char *at = after_space(copy(json, length));
  if (*at != '{') return NULL;
  at = after_space(at + 1);
  while (*at == '"') {
    const char *end = after_value(at);
    const char *value = after_space(end);
    if (*value != ':') break;
    value = after_space(value + 1);
    const char *next = after_value(value);
    put(&members, at + 1, (size_t)(end - at) - 2, value, (size_t)(next - value));
    at = after_space(next);
    if (*at == ',') at = after_space(at + 1);
  }
  return members;
}

static char *append(char *text, const char *more, size_t length) {
  size_t had = strlen(text);
  char *all = need(realloc(text, had + length + 1));
  memcpy(all + had, more, length);
  all[had + length] = 0;
  return all;
}

/* What a member says: a text without its quotes and escapes, anything else as JSON; `otherwise` where there is none. */
static char *text_of(struct entry *members, const char *name, const char *otherwise) {
  struct entry *member = find(members, name, strlen(name));
  if (member == NULL || strcmp(member->value, "null") == 0) return copy(otherwise, strlen(otherwise));
  if (member->value[0] != '"') return copy(member->value, member->length);
  char *text = copy("", 0);
  for (const char *at = member->value + 1; *at != 0 && *at != '"'; at++) {
    char utf8[3] = {*at};
    size_t length = 1;
    if (*at == '\\') {
      const char *plain = "\"\\/bfnrt", *escape = *++at == 0 ? NULL : strchr(plain, *at);
      if (*at == 0) break;
      if (escape != NULL) utf8[0] = "\"\\/\b\f\n\r\t"[escape - plain];
      if (*at == 'u') {
        unsigned unit = 0;
        if (sscanf(at + 1, "%4x", &unit) != 1) break;
        at += 4;
        length = unit < 0x80 ? 1 : unit < 0x800 ? 2 : 3;
        if (length == 1) utf8[0] = (char)unit;
        if (length == 2) utf8[0] = (char)(0xC0 | unit >> 6), utf8[1] = (char)(0x80 | (unit & 63));
        if (length == 3)
          utf8[0] = (char)(0xE0 | unit >> 12), utf8[1] = (char)(0x80 | (unit >> 6 & 63)),
          utf8[2] = (char)(0x80 | (unit & 63));
      }
    }
    text = append(text, utf8, length);
  }
  return text;
}

static char *append_json(char *json, const char *text) {
  json = append(json, "\"", 1);
  for (; *text != 0; text++) {
    char escape[8];
    if (*text == '"' || *text == '\\') json = append(json, "\\", 1);
    if ((unsigned char)*text >= 0x20) json = append(json, text, 1);
    else json = append(json, escape, (size_t)sprintf(escape, "\\u%04x", (unsigned)*text));
  }
  return append(json, "\"", 1);
}

static uint64_t give_error(int32_t code) {
  static const char *const words[] = {"absent", "denied", "invalid", "quota", "timeout", "failed", "too-large", "conflict"};
  char *json = need(malloc(128));
  int length = sprintf(json, "{\"error\":{\"code\":\"%s\",\"message\":\"as the test has it\"}}",
                       code >= LEAT_CONFLICT && code < 0 ? words[-code - 1] : "failed");
  return give_whole(json, (size_t)length);
}

void leat_fake_context(const void *json, uint32_t length) { context = members_of(json, length); }

const char *leat_fake_context_value(const char *key) {
  struct entry *entry = find(context, key, strlen(key));
  return entry == NULL ? NULL : entry->value;
}

uint64_t leat_get_context(const void *key, uint32_t key_length) {
  struct entry *entry = find(context, key, key_length);
  return entry == NULL ? 0 : give_whole(entry->value, entry->length);
}
int32_t leat_set_context(const void *key, uint32_t key_length, const void *json, uint32_t json_length) {
  ANSWER_CODE("set_context");
  if (key_length == 0 || key_length > 256 || json_length == 0) return LEAT_INVALID;
  if (json_length > 1048576) return LEAT_TOO_LARGE;
  put(&context, key, key_length, json, json_length);
  return 0;
}

uint64_t leat_http_request(const void *json, uint32_t length) {
  struct entry *request = members_of(json, length);
  char *url = text_of(request, "url", ""), *body = text_of(request, "body", ""), *name = text_of(request, "method", "GET");
  for (char *at = name; *at != 0; at++)
    if (*at >= 'a' && *at <= 'z') *at = (char)(*at - 32);
  if (*url == 0) return give_error(LEAT_INVALID);
  name = append(append(name, " ", 1), url, strlen(url));
  say(&calls, name, body, strlen(body), "", 0);
  struct entry *answer = find(answers, name, strlen(name));
  int32_t code = code_of("http_request");
  if (code == 0) code = answer == NULL ? LEAT_UNAVAILABLE : answer->status;
  if (code < 0) return give_error(code);
  char *given_json = need(malloc(64));
  sprintf(given_json, "{\"status\":%" PRId32 ",\"headers\":{", code);
  for (struct entry *header = answer->headers; header != NULL; header = header->next) {
    given_json = append_json(given_json, header->name);
    given_json = append_json(append(given_json, ":", 1), header->value);
    if (header->next != NULL) given_json = append(given_json, ",", 1);
  }
  given_json = append(append_json(append(given_json, "},\"body\":", 9), answer->value), "}", 1);
  return give_whole(given_json, strlen(given_json));
}

uint64_t leat_db_query(const void *json, uint32_t length) {
  struct entry *request = members_of(json, length);
  char *sql = text_of(request, "sql", ""), *parameters = text_of(request, "params", "[]");
  if (*sql == 0) return give_error(LEAT_INVALID);
  say(&calls, "db_query", sql, strlen(sql), parameters, strlen(parameters));
  int32_t code = code_of("db_query");
  if (code != 0) return give_error(code);
  const char *result = result_of(sql);
  return give_whole(result, strlen(result));
}
