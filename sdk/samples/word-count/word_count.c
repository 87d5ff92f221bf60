/*
 * Counts the lines, words, bytes and characters of the request body.
 *
 * A WASI preview 1 command that speaks CGI/1.1 (RFC 3875): the body on stdin, header fields, a blank
 * line and the answer on stdout. It also runs as it is from a shell under any WASI runtime.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static uint8_t chunk[16384];

static int complain(const char *text) {
  write(STDERR_FILENO, text, strlen(text));
  return 1;
}

static bool write_all(const char *bytes, size_t length) {
  while (length > 0) {
    ssize_t written = write(STDOUT_FILENO, bytes, length);
    if (written <= 0) return false;
    bytes += written;
    length -= (size_t)written;
  }
  return true;
}

static char *put_text(char *to, const char *text) {
  size_t length = strlen(text);
  memcpy(to, text, length);
  return to + length;
}

static char *put_number(char *to, uint64_t number) {
  char digits[20];
  size_t count = 0;
  do digits[count++] = (char)('0' + number % 10);
  while ((number /= 10) != 0);
  while (count != 0) *to++ = digits[--count];
  return to;
}

/* What CONTENT_LENGTH allows to read (RFC 3875, 4.2); without one, everything up to the end. */
static bool content_length(uint64_t *length) {
  const char *text = getenv("CONTENT_LENGTH");
  *length = UINT64_MAX;
  if (text == NULL || *text == 0) return true;
  uint64_t value = 0;
  for (; *text != 0; text++) {
    if (*text < '0' || *text > '9' || value > UINT64_MAX / 10 - 9) return false;
    value = value * 10 + (uint64_t)(*text - '0');
  }
  *length = value;
  return true;
}

int main(void) {
  uint64_t lines = 0, words = 0, bytes = 0, characters = 0, left;
  bool in_word = false;
  if (!content_length(&left)) return complain("word-count: CONTENT_LENGTH is not a number\n");
  while (left > 0) {
    ssize_t count = read(STDIN_FILENO, chunk, left < sizeof chunk ? (size_t)left : sizeof chunk);
    if (count < 0) return complain("word-count: the body cannot be read\n");
    if (count == 0) break;
    for (ssize_t i = 0; i < count; i++) {
      uint8_t byte = chunk[i];
      bool space = byte == ' ' || (byte >= '\t' && byte <= '\r');
      lines += byte == '\n';
      words += !space && !in_word;
      characters += (byte & 0xC0) != 0x80; /* every byte but the continuation bytes of UTF-8 */
      in_word = !space;
    }
    bytes += (uint64_t)count;
    left -= (uint64_t)count;
  }
  char answer[256];
  char *end = put_text(answer, "Content-Type: application/json\r\n\r\n{\"lines\":");
  end = put_number(end, lines);
  end = put_text(end, ",\"words\":");
  end = put_number(end, words);
  end = put_text(end, ",\"bytes\":");
  end = put_number(end, bytes);
  end = put_text(end, ",\"characters\":");
  end = put_number(end, characters);
  end = put_text(end, "}");
  if (!write_all(answer, (size_t)(end - answer))) return complain("word-count: the answer cannot be written\n");
  return 0;
}
