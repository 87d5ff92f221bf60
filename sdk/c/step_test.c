/* Tests of contract `step`:  cc -I sdk/c -o step_test sdk/c/step_test.c sdk/c/leat_fake.c && ./step_test */
#define LEAT_STEP
#include "leat.h"

/* What a step reads is JSON. */
#include "json.h"

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

static bool answers(struct leat_buffer *buffer, int32_t length, const char *json) {
  bool same = length == (int32_t)strlen(json) && memcmp(buffer->data, json, strlen(json)) == 0;
  buffer->length = 0;
  return same;
}

static uint64_t leat_step(uint8_t *context, uint32_t length) {
  struct leat_buffer out = {0};
  uint32_t size = 0;
  const uint8_t *order = json_member(context, length, LEAT_TEXT("order"), &size);
  if (order == NULL) {
    leat_fail(LEAT_TEXT("no order"));
    return LEAT_FAILED;
  }
  const uint8_t *items = json_member(order, size, LEAT_TEXT("items"), &size);
  CHECK(size == 6 && memcmp(items, "[1, 2]", 6) == 0);
  CHECK(json_member(items, size, LEAT_TEXT("none"), &size) == NULL);
  CHECK(json_member(context, length, LEAT_TEXT("n"), &size) != NULL && size == 1);

  CHECK(answers(&out, leat_read_context(&out, LEAT_TEXT("n")), "7"));
  CHECK(leat_read_context(&out, LEAT_TEXT("none")) == LEAT_ABSENT);
  CHECK(leat_set_context(LEAT_TEXT("seen"), LEAT_TEXT("[true]")) == 0);
  CHECK(answers(&out, leat_read_context(&out, LEAT_TEXT("seen")), "[true]"));
  CHECK(leat_set_context(LEAT_TEXT(""), LEAT_TEXT("1")) == LEAT_INVALID);

  CHECK(answers(
      &out,
      leat_read_http_request(
          &out, LEAT_TEXT("{\"method\":\"post\",\"url\":\"https://example.com/\",\"body\":\"a \\\"b\\\" \\u00e9\"}")),
      "{\"status\":200,\"headers\":{\"etag\":\"1\"},\"body\":\"said \\\"ok\\\"\\u000a\"}"));
  CHECK(leat_read_http_request(&out, LEAT_TEXT("{\"url\":\"https://example.com/none\"}")) > 0);
  CHECK(json_member(out.data, out.length, LEAT_TEXT("error"), &size) != NULL);
  out.length = 0;
  CHECK(answers(&out,
                leat_read_db_query(&out, LEAT_TEXT("{\"sql\":\"select n from t\",\"params\":[1,\"x\"]}")),
                "{\"columns\":[\"n\"],\"rows\":[[5]],\"rowsAffected\":0}"));

  leat_put_text(&out, "{\"output\":{\"n\":7},\"next\":\"mail\"}");
  return leat_buffer_response(&out);
}

int main(void) {
  leat_fake_reset();
  leat_fake_http("POST", "https://example.com/", 200, "said \"ok\"\n");
  leat_fake_http_header("ETag", "1");
  leat_fake_sql("select", "{\"columns\":[\"n\"],\"rows\":[[5]],\"rowsAffected\":0}");

  struct leat_fake_answer answer = leat_fake_call(" { \"order\": {\"items\": [1, 2], \"to\": \"a}\\\"\"} , \"n\": 7 }");
  CHECK(!answer.failed && strcmp(answer.body, "{\"output\":{\"n\":7},\"next\":\"mail\"}") == 0);
  CHECK(strcmp(leat_fake_context_value("seen"), "[true]") == 0);
  CHECK(strcmp(leat_fake_context_value("order"), "{\"items\": [1, 2], \"to\": \"a}\\\"\"}") == 0);
  CHECK(leat_fake_context_value("none") == NULL);
  CHECK(strcmp(leat_fake_calls(), "POST https://example.com/ a \"b\" \xC3\xA9\nGET https://example.com/none\n"
                                  "db_query select n from t [1,\"x\"]\n") == 0);

  answer = leat_fake_call("");
  CHECK(answer.failed && strcmp(leat_fake_log(), "error no order\n") == 0);

  leat_fake_code("set_context", LEAT_TOO_LARGE);
  CHECK(leat_set_context(LEAT_TEXT("a"), LEAT_TEXT("1")) == LEAT_TOO_LARGE);
  leat_fake_code("http_request", LEAT_DENIED);
  struct leat_buffer out = {0};
  CHECK(leat_read_http_request(&out, LEAT_TEXT("{\"url\":\"https://example.com/\"}")) > 0);
  leat_put_byte(&out, 0);
  CHECK(strstr((const char *)out.data, "\"code\":\"denied\"") != NULL);

  printf("%d checks passed\n", checks);
  return 0;
}
