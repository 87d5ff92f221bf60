#include "function.c"
#include "leat_fake.h"

#include <assert.h>
#include <stdio.h>

int main(void) {
  struct leat_fake_answer answer = leat_fake_call("Ada");
  assert(!answer.failed);
  assert(answer.status == 200);
  assert(strcmp(answer.body, "Hello, Ada!\n") == 0);
  assert(strcmp(leat_fake_log(), "info Ada\n") == 0);

  answer = leat_fake_call("");
  assert(answer.failed);
  assert(strcmp(answer.failure, "The body must be a name.") == 0);

  puts("passed");
  return 0;
}
