/* A stack machine that runs the Collatz steps of the numbers below 60: dispatch by a jump table, as scripting guests do. */
#include "kernel.h"

enum { PUSH, LOAD, STORE, ADD, MULTIPLY, HALVE, IS_ODD, LESS, JUMP, JUMP_IF_ZERO, HALT };

/* locals: 0 start, 1 number, 2 steps */
static const uint8_t code[] = {
    PUSH, 1, STORE, 0,                                 /*  0: start = 1 */
    LOAD, 0, STORE, 1,                                 /*  4: number = start */
    PUSH, 1, LOAD, 1, LESS, JUMP_IF_ZERO, 44,          /*  8: while 1 < number */
    LOAD, 2, PUSH, 1, ADD, STORE, 2,                   /* 15: steps++ */
    LOAD, 1, IS_ODD, JUMP_IF_ZERO, 37,                 /* 22: if odd */
    LOAD, 1, PUSH, 3, MULTIPLY, PUSH, 1, ADD, JUMP, 40, /* 27: 3 * number + 1 */
    LOAD, 1, HALVE,                                    /* 37: else number / 2 */
    STORE, 1, JUMP, 8,                                 /* 40 */
    LOAD, 0, PUSH, 1, ADD, STORE, 0,                   /* 44: start++ */
    LOAD, 0, PUSH, 60, LESS, JUMP_IF_ZERO, 60,         /* 51: again while start < 60 */
    JUMP, 4,                                           /* 58 */
    HALT,                                              /* 60 */
};

static uint32_t stack[16], locals[4];

APART uint32_t interpret(void) {
  uint32_t *top = stack;
  locals[2] = 0;
  for (uint32_t at = 0;;) {
    switch (code[at++]) {
      case PUSH: *top++ = code[at++]; break;
      case LOAD: *top++ = locals[code[at++]]; break;
      case STORE: locals[code[at++]] = *--top; break;
      case ADD: top--; top[-1] += top[0]; break;
      case MULTIPLY: top--; top[-1] *= top[0]; break;
      case HALVE: top[-1] >>= 1; break;
      case IS_ODD: top[-1] &= 1; break;
      case LESS: top--; top[-1] = top[-1] < top[0]; break;
      case JUMP: at = code[at]; break;
      case JUMP_IF_ZERO: at = *--top == 0 ? code[at] : at + 1; break;
      case HALT: return locals[2];
    }
  }
}

KERNEL {
  uint64_t sum = 0;
  while (times-- > 0) sum = mix(sum, interpret());
  return sum;
}
