package dev.leat.worker.capability.logging;

import dev.leat.worker.capability.FlatJson;

/** The fields of a line as they stand behind its text: {@code order=17 name="Ada L."}. */
final class LogFields {
  static final int COUNT_MAX = 32;

  /** As much as a line's text; more is no longer an object. */
  static final int BYTES_MAX = GuestLog.TEXT_MAX;

  /** Instead of fields that cannot be read: the line is kept all the same. */
  static final String UNREADABLE = "fields=unreadable";

  private LogFields() {}

  /**
   * The text with its fields behind it.
   *
   * @param json as the guest wrote it: an object of texts, numbers, true and false
   */
  static String appended(String text, String json) {
    StringBuilder line = new StringBuilder(text);
    FlatJson.read(json, COUNT_MAX)
        .ifPresentOrElse(
            fields -> fields.forEach((name, value) -> append(line, name, value)),
            () -> line.append(' ').append(UNREADABLE));
    return line.toString();
  }

  private static void append(StringBuilder line, String name, String value) {
    line.append(' ').append(quotedIfNeeded(name)).append('=').append(quotedIfNeeded(value));
  }

  private static String quotedIfNeeded(String word) {
    boolean isPlain =
        !word.isEmpty() && word.chars().allMatch(c -> c > ' ' && c != '"' && c != '=' && c != 0x7f);
    return isPlain ? word : '"' + word.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
