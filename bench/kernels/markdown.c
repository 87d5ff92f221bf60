/* Turns a page of Markdown into HTML: the sample markdown without the platform around it. */
#include "../../sdk/samples/markdown/markdown.c"
#include "kernel.h"

static const char page[] =
    "# Notes on the engine\n\n"
    "The **Analytical Engine** has *no pretensions* to originate anything. It can do whatever we `know how to order` it\n"
    "to perform; see [the memoir](https://example.org/memoir \"1843\") or <https://example.org>.\n\n"
    "## Parts\n\n"
    "- the *mill*, which works\n- the **store**, which keeps\n  - columns of wheels\n  - 1,000 of them\n- cards:\n\n"
    "  1. operation cards\n  2. variable cards\n  3. number cards\n\n"
    "> We may say most aptly that the engine *weaves algebraical patterns*\n> just as the Jacquard loom weaves flowers and leaves.\n>\n"
    "> - A.A.L.\n\n"
    "```c\nfor (int n = 1; n <= 8; n++) {\n  bernoulli(n & 1 ? 0 : n); /* <B7> */\n}\n```\n\n"
    "---\n\n"
    "Setext heading\n==============\n\n"
    "A line with a hard break  \nand the next, an ![image](picture.png), ``code with ` inside``, \\*escaped\\* and a & b < c.\n\n"
    "    indented code\n    stays as it is\n\n"
    "###### The *end* of ***it all***\n";

KERNEL {
  uint64_t sum = 0;
  while (times-- > 0) {
    uint8_t *body = leat_export_allocate(sizeof page - 1);
    __builtin_memcpy(body, page, sizeof page - 1);
    uint64_t result = leat_export_handle(body, sizeof page - 1);
    const uint8_t *html = (const uint8_t *)(uintptr_t)(result >> 32);
    sum = mix(sum, (uint32_t)result ^ (uint64_t)html[times % 512] << 32);
  }
  return sum;
}
