/* Tests of leat.h and of its fake host:  cc -I sdk/c -o leat_test sdk/c/leat_test.c sdk/c/leat_fake.c && ./leat_test */
#define LEAT_INIT
#include "leat.h"

#include <stdio.h>
#include <stdlib.h>

#include "leat_fake.h"

static int checks;

#define CHECK(holds)                                                                                                 \
  do {                                                                                                               \
    checks++;                                                                                                        \
    if (!(holds)) {                                                                                                  \
      printf("FAILED at line %d: %s\n", __LINE__, #holds);                                                           \
      exit(1);                                                                                                       \
    }                                                                                                                \
  } while (0)

static uint64_t (*function)(uint8_t *body, uint32_t length);

static uint64_t leat_handle(uint8_t *body, uint32_t length) { return function(body, length); }

static bool leat_init(uint8_t *config, uint32_t length) { return length == 2 && config[0] == '{'; }

static uint64_t echo(uint8_t *body, uint32_t length) {
  struct leat_buffer out = {0};
  leat_read_path(&out);
  leat_put_byte(&out, ' ');
  if (leat_read_header(&out, LEAT_TEXT("X-Name")) < 0) leat_put_text(&out, "nobody");
  leat_put_byte(&out, ' ');
  leat_put_json(&out, body, length);
  leat_response_status(201);
  leat_response_header(LEAT_TEXT("Content-Type"), LEAT_TEXT("text/plain"));
  return leat_buffer_response(&out);
}

static uint64_t fails(uint8_t *body, uint32_t length) {
  leat_fail(body, length);
  return LEAT_FAILED;
}

static uint64_t powers(uint8_t *body, uint32_t length) {
  (void)body, (void)length;
  leat_log(LEAT_WARN, LEAT_TEXT("careful"));
  leat_log_fields(LEAT_INFO, LEAT_TEXT("done"), LEAT_TEXT("{\"n\":1}"));
  leat_metric_counter(LEAT_TEXT("calls"), 2, LEAT_TEXT(""));
  leat_metric_counter(LEAT_TEXT("calls"), 3, LEAT_TEXT(""));

  struct leat_buffer out = {0};
  CHECK(leat_read_config(&out, LEAT_TEXT("none")) == LEAT_ABSENT);
  CHECK(leat_config_int(LEAT_TEXT("limit"), 7) == 12);
  CHECK(leat_read_secret(&out, LEAT_TEXT("key")) == 3);
  CHECK(leat_kv_exists(LEAT_TEXT("a")) == 0);
  CHECK(leat_kv_set(LEAT_TEXT("a"), LEAT_TEXT("1"), 10) == 0);
  int64_t sum;
  CHECK(leat_kv_increment(LEAT_TEXT("a"), 41, &sum) == 0 && sum == 42);
  CHECK(leat_kv_compare_and_set(LEAT_TEXT("b"), "", LEAT_NO_VALUE, LEAT_TEXT("x"), 0) == 0);
  CHECK(leat_kv_compare_and_set(LEAT_TEXT("b"), LEAT_TEXT("y"), LEAT_TEXT("z"), 0) == LEAT_CONFLICT);
  CHECK(leat_read_kv_list(&out, LEAT_TEXT(""), 10) == 9);

  int32_t request = leat_http_open(LEAT_TEXT("GET"), LEAT_TEXT("https://example.com/"));
  CHECK(request > 0);
  CHECK(leat_http_response_body(request, NULL, 0) == LEAT_INVALID);
  CHECK(leat_http_send(request, "", 0) == 404);
  CHECK(leat_read_http_body(&out, request) == 1000);
  CHECK(leat_read_http_header(&out, request, LEAT_TEXT("ETag")) == 1);
  leat_http_close(request);
  CHECK(leat_http_send(request, "", 0) == LEAT_INVALID);

  CHECK(leat_sql_begin() == 0 && leat_sql_begin() == LEAT_INVALID);
  int32_t result = leat_sql_query(LEAT_TEXT("select n from t where id = ?"), LEAT_TEXT("[1]"));
  CHECK(result > 0);
  out.length = 0;
  CHECK(leat_read_sql(&out, result) > 0);
  leat_sql_close(result);
  return leat_buffer_response(&out);
}

static uint64_t fills(uint8_t *body, uint32_t length) {
  struct leat_buffer out = {0};
  while (!out.exhausted) leat_put(&out, body, length);
  return leat_buffer_response(&out);
}

int main(void) {
  leat_fake_reset();
  CHECK(leat_fake_init("{}"));
  CHECK(!leat_fake_init("[1]"));

  function = echo;
  leat_fake_request("POST", "/a/b", "q=1");
  leat_fake_request_header("x-name", "Ada");
  struct leat_fake_answer answer = leat_fake_call("a \"b\"\n");
  CHECK(!answer.failed && answer.status == 201);
  CHECK(strcmp(answer.body, "/a/b Ada \"a \\\"b\\\"\\u000a\"") == 0);
  CHECK(strcmp(leat_fake_response_header("content-type"), "text/plain") == 0);
  CHECK(leat_fake_response_header("etag") == NULL);

  function = fails;
  answer = leat_fake_call("no reason");
  CHECK(answer.failed && strcmp(answer.failure, "no reason") == 0 && answer.length == 0);

  function = fills;
  answer = leat_fake_call("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");
  CHECK(answer.failed && strstr(answer.failure, "limits.memory") != NULL);

  function = powers;
  char page[1001];
  memset(page, 'p', 1000);
  page[1000] = 0;
  leat_fake_config("limit", "12");
  leat_fake_secret("key", "abc");
  leat_fake_http("GET", "https://example.com/", 404, page);
  leat_fake_http_header("etag", "1");
  leat_fake_sql("select n", "{\"columns\":[\"n\"],\"rows\":[[5]],\"rowsAffected\":0}");
  answer = leat_fake_call("");
  CHECK(strcmp(answer.body, "{\"columns\":[\"n\"],\"rows\":[[5]],\"rowsAffected\":0}") == 0);
  CHECK(strcmp(leat_fake_log(), "warn careful\ninfo done {\"n\":1}\n") == 0);
  CHECK(leat_fake_metric("calls") == 5);
  CHECK(strcmp(leat_fake_kv_value("a"), "42") == 0);
  CHECK(strcmp(leat_fake_calls(), "GET https://example.com/\nsql_begin\nsql_query select n from t where id = ? [1]\n"
                                  "sql_rollback\n") == 0);
  leat_fake_advance(10);
  CHECK(leat_fake_kv_value("a") == NULL);
  leat_fake_code("kv_", LEAT_QUOTA);
  CHECK(leat_kv_set(LEAT_TEXT("c"), LEAT_TEXT("1"), 0) == LEAT_QUOTA);
  leat_fake_code("kv_", 0);
  CHECK(leat_kv_set(LEAT_TEXT("c"), LEAT_TEXT("1"), 0) == 0);

  printf("%d checks passed\n", checks);
  return 0;
}
