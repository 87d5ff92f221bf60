#define LEAT_IMPORTS_ONLY
#include "leat.h"

#include <stdio.h>

/* A CGI/1.1 program: the body on standard input, header fields, a blank line and the answer on standard output.
 * Standard error is its log; powers such as leat_kv_get are there too. */
int main(void) {
  char name[1024];
  size_t length = fread(name, 1, sizeof name, stdin);
  fprintf(stderr, "greeting %.*s\n", (int)length, name);
  printf("Content-Type: text/plain; charset=utf-8\n\nHello, %.*s!\n", (int)length, name);
  return 0;
}
