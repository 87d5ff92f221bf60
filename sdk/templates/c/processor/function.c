#define LEAT_PROCESSOR
#include "leat.h"

/* json.h stops at the 0 behind an event, which leat.h puts there. */
#include "json.h"

/* Whether the event's `data` has a member of this name. */
static bool names(const uint8_t *event, uint32_t length, const char *name, uint32_t name_length) {
  struct json_reader reader = json_read(event, length);
  bool in_data = false;
  for (enum json_token token = json_next(&reader); token != JSON_END; token = json_next(&reader)) {
    if (token == JSON_INVALID) return false;
    if (token != JSON_KEY) continue;
    /* The token is the name with its quotes. */
    uint32_t key_length = (uint32_t)(reader.token_end - reader.token) - 2;
    if (reader.depth == 1) in_data = key_length == 4 && __builtin_memcmp(reader.token + 1, "data", 4) == 0;
    if (reader.depth == 2 && in_data && key_length == name_length
        && __builtin_memcmp(reader.token + 1, name, name_length) == 0)
      return true;
  }
  return false;
}

/* Passes events on that name somebody, and counts them. */
static uint64_t leat_process_event(uint8_t *event, uint32_t length) {
  if (!names(event, length, LEAT_TEXT("name"))) {
    leat_fail(LEAT_TEXT("The event names nobody."));
    return LEAT_FAILED;
  }
  leat_record_metric(LEAT_TEXT("events"), 1);
  return leat_response(event, length);
}
