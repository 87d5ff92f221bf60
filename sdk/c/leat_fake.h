/*
 * leat_fake.h - a host in memory, so that a function's unit tests run natively, without a node.
 *
 * A test is a C program that includes the function, then this header:
 *
 *     #include "function.c"
 *     #include "leat_fake.h"
 *
 *     int main(void) {
 *       leat_fake_request("GET", "/visits", "");
 *       struct leat_fake_answer answer = leat_fake_call("");
 *       return strcmp(answer.body, "{\"count\":1}") != 0;
 *     }
 *
 * and is built with the host:  cc -I leat -o function_test function_test.c leat/leat_fake.c
 *
 * Everything is granted, and nothing is there: a test says what is. Texts that are handed over are copied;
 * those that are answered stay until the next call of the function or of leat_fake_reset.
 */
#ifndef LEAT_FAKE_H
#define LEAT_FAKE_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* ---- What is there. */

void leat_fake_reset(void); /* nothing, at second 0 */

void leat_fake_request(const char *method, const char *path, const char *query);
void leat_fake_request_header(const char *name, const char *value);
void leat_fake_config(const char *name, const char *json);
void leat_fake_secret(const char *name, const char *value);
void leat_fake_kv(const char *key, const char *value);
/* What this request is answered with: a status, or a code below 0. What nothing is said of is LEAT_UNAVAILABLE. */
void leat_fake_http(const char *method, const char *url, int32_t status, const char *body);
void leat_fake_http_header(const char *name, const char *value); /* of the answer named last */
/* What a statement that begins so is answered with: the JSON of a result. Of others no row is affected. */
void leat_fake_sql(const char *statement, const char *result);
/* A step's `http_request` and `db_query` are answered by the same two. */

/* Imports whose names begin so answer this code from now on; 0 ends that. */
void leat_fake_code(const char *import, int32_t code);
void leat_fake_advance(int64_t seconds);

/* ---- What the function answered. */

struct leat_fake_answer {
  int32_t status;      /* as it set it, else 200 */
  bool failed;         /* it answered LEAT_FAILED, with this reason */
  const char *failure; /* "" without one */
  const char *body;    /* ended by a 0 */
  uint32_t length;
};

const char *leat_fake_response_header(const char *name); /* NULL if it set none */
const char *leat_fake_kv_value(const char *key);         /* NULL if there is none */
const char *leat_fake_context_value(const char *key);    /* the JSON that a step left there; NULL if there is none */
const char *leat_fake_log(void);                         /* a line each: `info what it said {"its":"fields"}` */
double leat_fake_metric(const char *name);               /* the sum of counters, else the last value; 0 without one */
const char *leat_fake_calls(void); /* the HTTP requests and SQL statements, a line each, such as `sql_begin` */

struct leat_fake_answer leat_fake_run(uint8_t *(*allocate)(uint32_t), uint64_t (*call)(uint8_t *, uint32_t),
                                      uint64_t failed, const void *body, uint32_t length);

void leat_fake_context(const void *json, uint32_t length);

#ifdef LEAT_H
#ifdef LEAT_PROCESSOR
#define LEAT_FAKE_CALL leat_export_process_event
#elif defined(LEAT_STEP)
#define LEAT_FAKE_CALL leat_export_step
#else
#define LEAT_FAKE_CALL leat_export_handle
#endif

/* Calls the function with these bytes, or this text; a step with this context. */
static inline struct leat_fake_answer leat_fake_call_bytes(const void *body, uint32_t length) {
#ifdef LEAT_STEP
  leat_fake_context(body, length);
#endif
  return leat_fake_run(leat_export_allocate, LEAT_FAKE_CALL, LEAT_FAILED, body, length);
}
static inline struct leat_fake_answer leat_fake_call(const char *body) {
  return leat_fake_call_bytes(body, (uint32_t)strlen(body));
}

#ifdef LEAT_INIT
/* Whether it accepts this configuration. */
static inline bool leat_fake_init(const char *json) {
  uint32_t length = (uint32_t)strlen(json);
  uint8_t *config = leat_export_allocate(length);
  memcpy(config, json, length);
  return leat_export_init(config, length) != 0;
}
#endif
#endif

#endif
