/*
 * Replaces the values of configured fields in a JSON body, at any depth; every other byte passes.
 *
 * Configuration: {"fields_to_mask": ["email", "phone"], "mask": "***"}; `mask` may be absent.
 * A field is masked when its name, with escapes resolved, equals a configured one exactly. Its
 * value, whatever it is, becomes the mask string; only null stays. See README.md.
 */
#define LEAT_INIT
#include "json.h"

#define FIELDS_MAX 256u
#define NAME_MAX 1024u

struct field {
  const uint8_t *name;
  uint32_t length;
};

static struct field fields[FIELDS_MAX];
static uint32_t field_count;
static uint64_t lengths;  /* bit n: some name has n bytes (n modulo 64); most keys end here */
static uint32_t longest;
static const uint8_t *mask = (const uint8_t *)"\"***\""; /* a JSON string with its quotes */
static uint32_t mask_length = 5;
static bool configured;

static bool same(const uint8_t *a, const uint8_t *b, uint32_t length) {
  for (uint32_t i = 0; i < length; i++)
    if (a[i] != b[i]) return false;
  return true;
}

LEAT_INLINE bool is_masked(const uint8_t *name, uint32_t length) {
  if ((lengths >> (length & 63) & 1) == 0) return false;
  for (uint32_t i = 0; i < field_count; i++)
    if (fields[i].length == length && same(fields[i].name, name, length)) return true;
  return false;
}

/* A name that is written with escapes. Each takes at most six bytes per byte of the name. */
static __attribute__((noinline)) bool is_masked_escaped(const uint8_t *token, const uint8_t *token_end) {
  static uint8_t name[6 * NAME_MAX + 8];
  if ((uint32_t)(token_end - token) > 6 * longest + 2) return false;
  return is_masked(name, json_unescape(token, token_end, name));
}

/* ---- Configuration. Strings and spans point into the configuration text, which init keeps. */

static bool refuse(const char *why, uint32_t length) {
  leat_log(LEAT_ERROR, why, length);
  return false;
}

static bool refuse_json(const struct json_reader *reader) {
  struct leat_buffer text = {0};
  leat_put_text(&text, "The configuration is not valid JSON. At byte ");
  leat_put_number(&text, (uint32_t)(reader->at - reader->start));
  leat_put_text(&text, ": ");
  leat_put(&text, reader->problem, reader->problem_length);
  return text.exhausted ? false : refuse((const char *)text.data, text.length);
}

static __attribute__((noinline)) enum json_token next(struct json_reader *reader) { return json_next(reader); }

/* Reads to the end of the value that `token` began. */
static enum json_token skip(struct json_reader *reader, enum json_token token) {
  uint32_t depth = reader->depth;
  if (token != JSON_OBJECT_START && token != JSON_ARRAY_START) return token;
  while (reader->depth >= depth && token != JSON_INVALID) token = next(reader);
  return token;
}

static bool add_field(const struct json_reader *reader) {
  uint32_t room = (uint32_t)(reader->token_end - reader->token);
  uint8_t *name = leat_allocate(room);
  if (name == NULL) return refuse(LEAT_TEXT("The configuration does not fit into memory."));
  uint32_t length = json_unescape(reader->token, reader->token_end, name);
  if (length > NAME_MAX) return refuse(LEAT_TEXT("A name in fields_to_mask has more than 1024 bytes."));
  if (field_count == FIELDS_MAX) return refuse(LEAT_TEXT("fields_to_mask has more than 256 names."));
  fields[field_count++] = (struct field){name, length};
  lengths |= 1ull << (length & 63);
  if (length > longest) longest = length;
  return true;
}

static bool add_fields(struct json_reader *reader) {
  field_count = 0;
  lengths = 0;
  longest = 0;
  if (next(reader) != JSON_ARRAY_START)
    return refuse(LEAT_TEXT("fields_to_mask must be an array of names, such as [\"email\", \"phone\"]."));
  for (;;) {
    enum json_token token = next(reader);
    if (token == JSON_ARRAY_END) return true;
    if (token == JSON_INVALID) return refuse_json(reader);
    if (token != JSON_STRING) return refuse(LEAT_TEXT("fields_to_mask may hold strings only."));
    if (!add_field(reader)) return false;
  }
}

static bool leat_init(uint8_t *config, uint32_t length) {
  struct json_reader reader = json_read(config, length);
  bool has_fields = false;
  configured = false;
  if (next(&reader) != JSON_OBJECT_START)
    return refuse(LEAT_TEXT("The configuration must be an object with fields_to_mask."));
  for (;;) {
    enum json_token token = next(&reader);
    if (token == JSON_INVALID) return refuse_json(&reader);
    if (token == JSON_OBJECT_END) break;
    uint32_t size = (uint32_t)(reader.token_end - reader.token);
    if (size == 16 && same(reader.token, (const uint8_t *)"\"fields_to_mask\"", 16)) {
      if (!add_fields(&reader)) return false;
      has_fields = true;
    } else if (size == 6 && same(reader.token, (const uint8_t *)"\"mask\"", 6)) {
      if (next(&reader) != JSON_STRING) return refuse(LEAT_TEXT("mask must be a string."));
      mask = reader.token;
      mask_length = (uint32_t)(reader.token_end - reader.token);
    } else if (skip(&reader, next(&reader)) == JSON_INVALID) {
      return refuse_json(&reader);
    }
  }
  if (next(&reader) != JSON_END) return refuse_json(&reader);
  if (!has_fields) return refuse(LEAT_TEXT("The configuration lacks fields_to_mask, the names of the fields to mask."));
  return configured = true;
}

/* ---- Masking. */

static uint64_t leat_handle(uint8_t *body, uint32_t length) {
  if (!configured) {
    /* Never pass data on unmasked because nobody said what to mask. */
    leat_fail(LEAT_TEXT("mask-pii has no configuration. Set config.fields_to_mask in leat.yaml."));
    return LEAT_FAILED;
  }
  struct leat_buffer out = {0};
  struct json_reader reader = json_read(body, length);
  const uint8_t *copied = body; /* everything before it is in the output or masked */
  const uint8_t *hidden = NULL; /* the value that is being skipped started here */
  uint32_t hidden_depth = 0;
  bool hide = false; /* the next token starts a value to mask */
  for (;;) {
    enum json_token token = json_next(&reader);
    if (token == JSON_INVALID)
      return json_respond_invalid(reader.at, reader.start, reader.problem, reader.problem_length);
    if (token == JSON_END) break;
    if (hidden != NULL) {
      if (reader.depth != hidden_depth) continue;
      hidden = NULL;
      copied = reader.token_end;
    } else if (token == JSON_KEY) {
      hide = reader.escaped ? is_masked_escaped(reader.token, reader.token_end)
                            : is_masked(reader.token + 1, (uint32_t)(reader.token_end - reader.token) - 2);
    } else if (hide) {
      hide = false;
      if (token == JSON_NULL) continue;
      leat_put(&out, copied, (uint32_t)(reader.token - copied));
      leat_put(&out, mask, mask_length);
      copied = reader.token_end;
      if (token == JSON_OBJECT_START || token == JSON_ARRAY_START) {
        hidden = reader.token;
        hidden_depth = reader.depth - 1;
      }
    }
  }
  leat_response_header(LEAT_TEXT("content-type"), LEAT_TEXT("application/json"));
  if (copied == body) return leat_response(body, length); /* nothing was masked */
  leat_put(&out, copied, (uint32_t)(body + length - copied));
  return leat_buffer_response(&out);
}
