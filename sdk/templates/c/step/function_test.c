#include "function.c"
#include "leat_fake.h"

#include <assert.h>
#include <stdio.h>

int main(void) {
  struct leat_fake_answer answer = leat_fake_call("{\"name\":\"Ada\"}");
  assert(!answer.failed);
  assert(strcmp(answer.body, "{\"output\":{\"greeting\":\"Hello, Ada!\"},\"next\":\"send\"}") == 0);
  assert(strcmp(leat_fake_context_value("greeted"), "true") == 0);

  answer = leat_fake_call("{}");
  assert(answer.failed);
  assert(strcmp(leat_fake_log(), "error The context names nobody.\n") == 0);

  puts("passed");
  return 0;
}
