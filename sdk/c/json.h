/*
 * json.h - a pull reader for JSON (RFC 8259), strict and without memory of its own.
 *
 * json_next() answers one token at a time and checks the grammar on the way: a text that was read
 * to JSON_END is valid JSON in valid UTF-8. Tokens are spans of the input; nothing is copied or
 * converted, so numbers keep their digits and strings their escapes.
 *
 * The byte behind the text must be readable and 0, as leat.h promises for bodies.
 */
#ifndef LEAT_JSON_H
#define LEAT_JSON_H

#include "leat.h"

/* Deepest nesting of objects and arrays. */
#ifndef JSON_DEPTH_MAX
#define JSON_DEPTH_MAX 512u
#endif

enum json_token {
  JSON_INVALID, /* reader.problem says why, reader.at where */
  JSON_END,
  JSON_OBJECT_START,
  JSON_OBJECT_END,
  JSON_ARRAY_START,
  JSON_ARRAY_END,
  JSON_KEY, /* the span is the string; its colon has been read too */
  JSON_STRING,
  JSON_NUMBER,
  JSON_TRUE,
  JSON_FALSE,
  JSON_NULL
};

enum json_expected {
  JSON_EXPECT_VALUE,
  JSON_EXPECT_VALUE_OR_END,
  JSON_EXPECT_KEY_OR_END,
  JSON_EXPECT_COMMA_OR_END,
  JSON_EXPECT_NOTHING
};

struct json_reader {
  const uint8_t *at; /* next byte to read */
  const uint8_t *end;
  const uint8_t *token; /* first byte of the last token; it ends at token_end */
  const uint8_t *token_end;
  const uint8_t *start;
  const char *problem;
  uint32_t problem_length;
  uint32_t depth;
  enum json_expected expected;
  bool escaped; /* the last JSON_KEY or JSON_STRING holds a backslash */
  uint8_t *closers; /* per level, the byte that closes it */
};

static uint8_t json_closers[JSON_DEPTH_MAX];

/* One reader at a time: the stack of open brackets is shared. */
LEAT_INLINE struct json_reader json_read(const uint8_t *text, uint32_t length) {
  return (struct json_reader){
      .at = text, .end = text + length, .token = text, .token_end = text, .start = text,
      .expected = JSON_EXPECT_VALUE, .closers = json_closers};
}

LEAT_INLINE enum json_token json_invalid(struct json_reader *reader, const uint8_t *at, const char *problem,
                                         uint32_t length) {
  reader->at = at;
  reader->problem = problem;
  reader->problem_length = length;
  return JSON_INVALID;
}

#define JSON_SAY(reader, at, literal) json_invalid((reader), (at), (literal), sizeof(literal) - 1)

LEAT_INLINE bool json_is_digit(uint8_t byte) { return (uint8_t)(byte - '0') < 10; }

LEAT_INLINE int32_t json_hex(uint8_t byte) {
  if (json_is_digit(byte)) return byte - '0';
  byte |= 0x20;
  return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

/* The first byte behind the UTF-8 character of two to four bytes at `at`, or NULL: neither overlong
 * nor a surrogate nor above U+10FFFF (Unicode 15, table 3-7). The 0 behind the text ends a cut one. */
LEAT_HELPER __attribute__((noinline)) const uint8_t *json_utf8(const uint8_t *at) {
  uint8_t lead = at[0];
  uint8_t low = 0x80, high = 0xBF;
  uint32_t more;
  if (lead >= 0xC2 && lead <= 0xDF) more = 1;
  else if (lead >= 0xE0 && lead <= 0xEF) {
    more = 2;
    if (lead == 0xE0) low = 0xA0;
    if (lead == 0xED) high = 0x9F;
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    more = 3;
    if (lead == 0xF0) low = 0x90;
    if (lead == 0xF4) high = 0x8F;
  } else return NULL;
  if (at[1] < low || at[1] > high) return NULL;
  for (uint32_t i = 2; i <= more; i++)
    if ((at[i] & 0xC0) != 0x80) return NULL;
  return at + more + 1;
}

/* Reads the string whose opening quote is at reader->at. */
LEAT_INLINE bool json_string(struct json_reader *reader) {
  const uint8_t *at = reader->at;
  reader->token = at++;
  reader->escaped = false;
  for (;;) {
    uint8_t byte = *at;
    if (byte == '"') break;
    if (byte >= 0x80) {
      const uint8_t *next = json_utf8(at);
      if (next == NULL) return JSON_SAY(reader, at, "this is not UTF-8"), false;
      at = next;
    } else if (byte < 0x20) {
      if (at == reader->end) return JSON_SAY(reader, at, "the text ends inside a string"), false;
      return JSON_SAY(reader, at, "a control character in a string must be escaped"), false;
    } else if (byte == '\\') {
      reader->escaped = true;
      switch (at[1]) {
        case '"': case '\\': case '/': case 'b': case 'f': case 'n': case 'r': case 't':
          at += 2;
          break;
        case 'u':
          for (uint32_t i = 2; i < 6; i++)
            if (json_hex(at[i]) < 0) return JSON_SAY(reader, at + i, "\\u needs four hexadecimal digits"), false;
          at += 6;
          break;
        default:
          return JSON_SAY(reader, at + 1, "no such escape in a string"), false;
      }
    } else {
      at++;
    }
  }
  reader->at = reader->token_end = at + 1;
  return true;
}

LEAT_INLINE bool json_number(struct json_reader *reader) {
  const uint8_t *at = reader->at;
  reader->token = at;
  if (*at == '-') at++;
  if (*at == '0') at++;
  else if (json_is_digit(*at)) while (json_is_digit(*at)) at++;
  else return JSON_SAY(reader, at, "a digit was expected"), false;
  if (*at == '.') {
    if (!json_is_digit(*++at)) return JSON_SAY(reader, at, "a digit was expected"), false;
    while (json_is_digit(*at)) at++;
  }
  if ((*at | 0x20) == 'e') {
    at++;
    if (*at == '+' || *at == '-') at++;
    if (!json_is_digit(*at)) return JSON_SAY(reader, at, "a digit was expected"), false;
    while (json_is_digit(*at)) at++;
  }
  reader->at = reader->token_end = at;
  return true;
}

LEAT_INLINE enum json_token json_word(struct json_reader *reader, const char *word, uint32_t length,
                                      enum json_token token) {
  const uint8_t *at = reader->at;
  for (uint32_t i = 0; i < length; i++)
    if (at[i] != (uint8_t)word[i]) return JSON_SAY(reader, at + i, "only true, false and null are words");
  reader->token = at;
  reader->at = reader->token_end = at + length;
  reader->expected = JSON_EXPECT_COMMA_OR_END;
  return token;
}

LEAT_INLINE const uint8_t *json_space(const uint8_t *at) {
  while (*at <= ' ' && (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t')) at++;
  return at;
}

LEAT_INLINE enum json_token json_open(struct json_reader *reader, const uint8_t *at, enum json_expected expected,
                                      enum json_token token) {
  if (reader->depth == JSON_DEPTH_MAX) return JSON_SAY(reader, at, "objects and arrays are nested too deep");
  reader->closers[reader->depth++] = *at + 2; /* '{' + 2 is '}', '[' + 2 is ']' */
  reader->token = at;
  reader->at = reader->token_end = at + 1;
  reader->expected = expected;
  return token;
}

LEAT_INLINE enum json_token json_close(struct json_reader *reader, const uint8_t *at) {
  reader->depth--;
  reader->token = at;
  reader->at = reader->token_end = at + 1;
  reader->expected = JSON_EXPECT_COMMA_OR_END;
  return *at == '}' ? JSON_OBJECT_END : JSON_ARRAY_END;
}

LEAT_INLINE enum json_token json_next(struct json_reader *reader) {
  const uint8_t *at = json_space(reader->at);
  bool key = false;
  if (reader->expected == JSON_EXPECT_COMMA_OR_END) {
    if (reader->depth == 0) {
      if (at != reader->end) return JSON_SAY(reader, at, "there is more behind the value");
      reader->at = at;
      reader->expected = JSON_EXPECT_NOTHING;
      return JSON_END;
    }
    uint8_t closer = reader->closers[reader->depth - 1];
    if (*at == closer) return json_close(reader, at);
    if (*at != ',') {
      return closer == '}' ? JSON_SAY(reader, at, "a comma or '}' was expected")
                           : JSON_SAY(reader, at, "a comma or ']' was expected");
    }
    at = json_space(at + 1);
    key = closer == '}';
  } else if (reader->expected == JSON_EXPECT_KEY_OR_END) {
    if (*at == '}') return json_close(reader, at);
    key = true;
  } else if (reader->expected == JSON_EXPECT_VALUE_OR_END) {
    if (*at == ']') return json_close(reader, at);
  }
  if (key && *at != '"') return JSON_SAY(reader, at, "a name in double quotes was expected");
  reader->at = at;
  switch (*at) {
    case '"':
      if (!json_string(reader)) return JSON_INVALID;
      if (!key) {
        reader->expected = JSON_EXPECT_COMMA_OR_END;
        return JSON_STRING;
      }
      at = json_space(reader->at);
      if (*at != ':') return JSON_SAY(reader, at, "a colon was expected");
      reader->at = at + 1;
      reader->expected = JSON_EXPECT_VALUE;
      return JSON_KEY;
    case '{':
      return json_open(reader, at, JSON_EXPECT_KEY_OR_END, JSON_OBJECT_START);
    case '[':
      return json_open(reader, at, JSON_EXPECT_VALUE_OR_END, JSON_ARRAY_START);
    case '-': case '0': case '1': case '2': case '3': case '4': case '5': case '6': case '7': case '8': case '9':
      if (!json_number(reader)) return JSON_INVALID;
      reader->expected = JSON_EXPECT_COMMA_OR_END;
      return JSON_NUMBER;
    case 't':
      return json_word(reader, LEAT_TEXT("true"), JSON_TRUE);
    case 'f':
      return json_word(reader, LEAT_TEXT("false"), JSON_FALSE);
    case 'n':
      return json_word(reader, LEAT_TEXT("null"), JSON_NULL);
    default:
      return at == reader->end ? JSON_SAY(reader, at, "the text ends where a value was expected")
                               : JSON_SAY(reader, at, "a value was expected");
  }
}

/* The JSON of a member of an object, as a span of it, and its length; NULL when there is none, or what stands before it is
 * no JSON. Names are compared as they are written. The object may be a member's, and then ends where that does. */
LEAT_HELPER const uint8_t *json_member(const uint8_t *object, uint32_t length, const char *name, uint32_t name_length,
                                       uint32_t *value_length) {
  struct json_reader reader = json_read(object, length);
  if (object == NULL || json_next(&reader) != JSON_OBJECT_START) return NULL;
  while (json_next(&reader) == JSON_KEY) {
    bool is_it = (uint32_t)(reader.token_end - reader.token) == name_length + 2
                 && __builtin_memcmp(reader.token + 1, name, name_length) == 0;
    enum json_token token = json_next(&reader);
    const uint8_t *value = reader.token;
    while (reader.depth > 1 && token != JSON_INVALID) token = json_next(&reader);
    if (token == JSON_INVALID) return NULL;
    if (!is_it) continue;
    *value_length = (uint32_t)(reader.token_end - value);
    return value;
  }
  return NULL;
}

/* Writes the characters of a string token (quotes included in the span) to `to` as UTF-8, with every escape
 * resolved, and answers how many bytes that are: never more than the token has. Half a surrogate pair becomes
 * the three bytes that its code point would have, which no valid UTF-8 equals. */
LEAT_HELPER __attribute__((noinline)) uint32_t json_unescape(const uint8_t *token, const uint8_t *token_end,
                                                             uint8_t *to) {
  uint8_t *out = to;
  const uint8_t *at = token + 1, *end = token_end - 1;
  while (at < end) {
    if (*at != '\\') {
      *out++ = *at++;
      continue;
    }
    uint8_t escape = at[1];
    at += 2;
    uint32_t code;
    switch (escape) {
      case 'b': code = '\b'; break;
      case 'f': code = '\f'; break;
      case 'n': code = '\n'; break;
      case 'r': code = '\r'; break;
      case 't': code = '\t'; break;
      case 'u': {
        code = 0;
        for (uint32_t i = 0; i < 4; i++) code = code << 4 | (uint32_t)json_hex(*at++);
        if (code >> 10 == 0xD800 >> 10 && end - at >= 6 && at[0] == '\\' && at[1] == 'u') {
          uint32_t low = 0;
          for (uint32_t i = 2; i < 6; i++) low = low << 4 | (uint32_t)json_hex(at[i]);
          if (low >> 10 == 0xDC00 >> 10) {
            code = 0x10000 + ((code & 0x3FF) << 10 | (low & 0x3FF));
            at += 6;
          }
        }
        break;
      }
      default: code = escape;
    }
    if (code < 0x80) {
      *out++ = (uint8_t)code;
    } else if (code < 0x800) {
      *out++ = (uint8_t)(0xC0 | code >> 6);
      *out++ = (uint8_t)(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
      *out++ = (uint8_t)(0xE0 | code >> 12);
      *out++ = (uint8_t)(0x80 | (code >> 6 & 0x3F));
      *out++ = (uint8_t)(0x80 | (code & 0x3F));
    } else {
      *out++ = (uint8_t)(0xF0 | code >> 18);
      *out++ = (uint8_t)(0x80 | (code >> 12 & 0x3F));
      *out++ = (uint8_t)(0x80 | (code >> 6 & 0x3F));
      *out++ = (uint8_t)(0x80 | (code & 0x3F));
    }
  }
  return (uint32_t)(out - to);
}

/* Answers 400 with a problem document (RFC 9457) that says what is wrong at which byte of the body. */
LEAT_HELPER __attribute__((noinline)) uint64_t json_respond_invalid(const uint8_t *at, const uint8_t *start,
                                                                    const char *problem, uint32_t problem_length) {
  struct leat_buffer out = {0};
  uint32_t offset = (uint32_t)(at - start);
  leat_put_text(&out, "{\"type\":\"about:blank\",\"title\":\"The body is not valid JSON\",\"status\":400,"
                      "\"code\":\"invalid-json\",\"detail\":\"At byte ");
  leat_put_number(&out, offset);
  leat_put_text(&out, ": ");
  for (uint32_t i = 0; i < problem_length; i++) {
    if (problem[i] == '\\') leat_put_byte(&out, '\\');
    leat_put_byte(&out, (uint8_t)problem[i]);
  }
  leat_put_text(&out, ".\",\"offset\":");
  leat_put_number(&out, offset);
  leat_put_text(&out, "}");
  leat_response_status(400);
  leat_response_header(LEAT_TEXT("content-type"), LEAT_TEXT("application/problem+json"));
  return leat_buffer_response(&out);
}

#endif
