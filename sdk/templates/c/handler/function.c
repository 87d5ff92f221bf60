#include "leat.h"

/* Answers the name in the body with a greeting. */
static uint64_t leat_handle(uint8_t *body, uint32_t length) {
  if (length == 0) {
    leat_fail(LEAT_TEXT("The body must be a name."));
    return LEAT_FAILED;
  }
  leat_log(LEAT_INFO, body, length);

  struct leat_buffer answer = {0};
  leat_put_text(&answer, "Hello, ");
  leat_put(&answer, body, length);
  leat_put_text(&answer, "!\n");
  leat_response_header(LEAT_TEXT("content-type"), LEAT_TEXT("text/plain; charset=utf-8"));
  return leat_buffer_response(&answer);
}
