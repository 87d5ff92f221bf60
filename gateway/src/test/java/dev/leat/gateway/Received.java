package dev.leat.gateway;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * A response as it came.
 *
 * @param fields by their names in small letters; of several of one name the last
 */
record Received(int status, Map<String, String> fields, String body) {
  static Received of(String text) {
    int head = text.indexOf("\r\n\r\n");
    String[] lines = text.substring(0, head).split("\r\n", -1);
    Map<String, String> fields = new TreeMap<>();
    for (int i = 1; i < lines.length; i++) {
      int colon = lines[i].indexOf(':');
      fields.put(
          lines[i].substring(0, colon).toLowerCase(Locale.ROOT),
          lines[i].substring(colon + 1).strip());
    }
    return new Received(
        Integer.parseInt(lines[0].substring(9, 12)), fields, text.substring(head + 4));
  }

  String field(String name) {
    return fields.getOrDefault(name, "");
  }

  /** Status and code of a problem: {@code 404 not-found}. */
  String problem() {
    String code = body.replaceAll("(?s).*\"code\":\"([a-z-]+)\".*", "$1");
    return status + " " + code;
  }
}
