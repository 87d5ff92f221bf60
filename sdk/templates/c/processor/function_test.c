#include "function.c"
#include "leat_fake.h"

#include <assert.h>
#include <stdio.h>

int main(void) {
  const char *event = "{\"id\":\"1\",\"data\":{\"name\":\"Ada\"}}";
  struct leat_fake_answer answer = leat_fake_call(event);
  assert(!answer.failed);
  assert(strcmp(answer.body, event) == 0);
  assert(leat_fake_metric("events") == 1);

  answer = leat_fake_call("{\"id\":\"1\",\"name\":\"\",\"data\":{}}");
  assert(answer.failed);
  assert(strcmp(leat_fake_log(), "error The event names nobody.\n") == 0);

  puts("passed");
  return 0;
}
