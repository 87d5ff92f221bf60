#define LEAT_STEP
#include "leat.h"

/* json.h stops at the 0 behind a context, which leat.h puts there. */
#include "json.h"

/* Greets whom the context names, and has what comes next send it. */
static uint64_t leat_step(uint8_t *context, uint32_t length) {
  uint32_t name_length;
  const uint8_t *name = json_member(context, length, LEAT_TEXT("name"), &name_length);
  if (name == NULL || name[0] != '"') {
    leat_fail(LEAT_TEXT("The context names nobody."));
    return LEAT_FAILED;
  }
  leat_set_context(LEAT_TEXT("greeted"), LEAT_TEXT("true"));

  struct leat_buffer answer = {0};
  leat_put_text(&answer, "{\"output\":{\"greeting\":\"Hello, ");
  leat_put(&answer, name + 1, name_length - 2); /* without its quotes */
  leat_put_text(&answer, "!\"},\"next\":\"send\"}");
  return leat_buffer_response(&answer);
}
