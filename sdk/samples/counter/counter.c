/*
 * counter - counts calls by path, in the tenant's key-value store.
 *
 * POST /f/TENANT/counter/NAME adds one, or the whole number in the body; GET reads; DELETE starts anew.
 * Answers {"count":N}.
 */
#include "leat.h"

#define NAME_MAX 200u

static uint64_t problem(int32_t status, const char *text, uint32_t length) {
  leat_response_status(status);
  leat_response_header(LEAT_TEXT("content-type"), LEAT_TEXT("text/plain; charset=utf-8"));
  return leat_response(text, length);
}

/* What the platform answered, as a caller is told it. */
static uint64_t refused(int32_t code) {
  switch (code) {
  case LEAT_DENIED: return problem(403, LEAT_TEXT("The counter may not reach this key. Grant keyValue, or a permission for it.\n"));
  case LEAT_INVALID: return problem(409, LEAT_TEXT("What is counted here is no number, or would leave 64 bits.\n"));
  case LEAT_QUOTA: return problem(507, LEAT_TEXT("The tenant has no room for another counter.\n"));
  default: return problem(503, LEAT_TEXT("The counter cannot be reached just now. Try again.\n"));
  }
}

static uint64_t answer(const uint8_t *digits, uint32_t length) {
  struct leat_buffer json = {0};
  leat_put_text(&json, "{\"count\":");
  leat_put(&json, digits, length);
  leat_put_text(&json, "}");
  leat_response_header(LEAT_TEXT("content-type"), LEAT_TEXT("application/json"));
  return leat_buffer_response(&json);
}

static uint64_t answer_number(int64_t number) {
  uint8_t digits[20];
  uint32_t at = sizeof digits;
  uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
  do digits[--at] = (uint8_t)('0' + rest % 10);
  while ((rest /= 10) != 0);
  if (number < 0) digits[--at] = '-';
  return answer(digits + at, (uint32_t)sizeof digits - at);
}

/* A whole number of up to nine digits. */
static bool parse(const uint8_t *text, uint32_t length, int64_t *number) {
  uint32_t at = length != 0 && text[0] == '-' ? 1 : 0;
  if (length == at || length - at > 9) return false;
  int64_t sum = 0;
  for (uint32_t i = at; i < length; i++) {
    if (text[i] < '0' || text[i] > '9') return false;
    sum = sum * 10 + (text[i] - '0');
  }
  *number = at == 1 ? -sum : sum;
  return true;
}

static uint64_t leat_handle(uint8_t *body, uint32_t length) {
  uint8_t key[6 + NAME_MAX];
  __builtin_memcpy(key, "count:", 6);
  int32_t name = leat_request_path(key + 6, NAME_MAX);
  if (name > (int32_t)NAME_MAX) return problem(414, LEAT_TEXT("A counter's name has up to 200 bytes.\n"));
  uint32_t key_length = 6 + (uint32_t)name;

  uint8_t method[8];
  int32_t method_length = leat_request_method(method, sizeof method);
  if (method_length == 6 && method[0] == 'D') {
    int32_t code = leat_kv_delete(key, key_length);
    return code < 0 && code != LEAT_ABSENT ? refused(code) : answer_number(0);
  }
  if (method_length == 3) {
    uint8_t digits[20];
    int32_t found = leat_kv_get(key, key_length, digits, sizeof digits);
    if (found == LEAT_ABSENT) return answer_number(0);
    return found < 0 || found > 20 ? refused(found < 0 ? found : LEAT_INVALID) : answer(digits, (uint32_t)found);
  }
  int64_t more = 1;
  if (length != 0 && !parse(body, length, &more))
    return problem(400, LEAT_TEXT("The body must be a whole number of up to nine digits, or nothing.\n"));
  int64_t sum;
  int32_t code = leat_kv_increment(key, key_length, more, &sum);
  return code < 0 ? refused(code) : answer_number(sum);
}
