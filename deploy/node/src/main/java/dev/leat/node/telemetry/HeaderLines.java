package dev.leat.node.telemetry;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/** Fields of a request, lines of {@code name=value}; what begins with # says nothing. */
final class HeaderLines {
  private static final Pattern NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}");
  private static final Pattern VALUE = Pattern.compile("[\\x20-\\x7e]{1,4000}");

  private HeaderLines() {}

  /**
   * @throws IllegalArgumentException if a line is none; does not repeat it, as it is a secret
   */
  static Map<String, String> parse(String text) {
    Map<String, String> fields = new LinkedHashMap<>();
    int number = 0;
    for (String line : text.lines().toList()) {
      number++;
      if (line.isBlank() || line.startsWith("#")) {
        continue;
      }
      int equals = line.indexOf('=');
      String name = line.substring(0, Math.max(0, equals)).strip();
      String value = line.substring(equals + 1).strip();
      if (!NAME.matcher(name).matches() || !VALUE.matcher(value).matches()) {
        throw new IllegalArgumentException(
            "headers-file must have lines of name=value; line " + number + " is none");
      }
      fields.put(name, value);
    }
    return fields;
  }
}
