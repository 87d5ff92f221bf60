/* Parses 1 KB of JSON and writes it minified: the sample echo-json without the platform around it. */
#include "../../sdk/samples/echo-json/echo_json.c"
#include "kernel.h"

static const char document[] =
    "{\n  \"id\": \"7d9c2f1e-4b6a-4c61-9a55-0e7d0c1b2a3f\",\n  \"time\": \"2026-03-14T09:26:53.589Z\",\n"
    "  \"customer\": {\"name\": \"Ada Lovelace\", \"email\": \"ada@example.org\", \"vip\": true, \"age\": 36},\n"
    "  \"items\": [\n"
    "    {\"sku\": \"A-1001\", \"title\": \"Analytical engine, \\\"mill\\\" part\", \"price\": 199.95, \"count\": 2},\n"
    "    {\"sku\": \"B-2002\", \"title\": \"Punched cards\", \"price\": 0.25, \"count\": 1000},\n"
    "    {\"sku\": \"C-3003\", \"title\": \"Brass gear \\u2014 large\", \"price\": 12.5e0, \"count\": 17},\n"
    "    {\"sku\": \"D-4004\", \"title\": \"Oil\", \"price\": 3, \"count\": null}\n  ],\n"
    "  \"address\": {\"street\": \"12 St James's Square\", \"city\": \"London\", \"zip\": \"SW1Y 4JH\", \"geo\": [51.5074, -0.1278]},\n"
    "  \"flags\": [true, false, null, true, false, null, true, false],\n"
    "  \"notes\": \"The engine might compose elaborate and scientific pieces of music of any degree of complexity.\",\n"
    "  \"matrix\": [[1, 0, 0], [0, 1, 0], [0, 0, 1], [-1, 2.5, 1e-7]],\n"
    "  \"tags\": [\"engine\", \"brass\", \"cards\", \"mathematics\", \"london\"]\n}\n";

KERNEL {
  uint64_t sum = 0;
  while (times-- > 0) {
    uint8_t *body = leat_export_allocate(sizeof document - 1);
    __builtin_memcpy(body, document, sizeof document - 1);
    uint64_t result = leat_export_handle(body, sizeof document - 1);
    sum = mix(sum, result ^ body[times % 512]);
  }
  return sum;
}
