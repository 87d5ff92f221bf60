package dev.leat.node.log;

import dev.leat.contract.FunctionRef;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.VersionRef;
import dev.leat.worker.capability.logging.LogText;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.helpers.MessageFormatter;

/**
 * What a message says, taken apart: the text before its keys, and a field for each {@code key={}}.
 * A function's version becomes the fields {@code tenant}, {@code function} and {@code version}. A
 * message in whose midst a value stands stays whole.
 *
 * @param fields without those of null
 */
record LogFields(String message, Map<String, Object> fields) {
  private static final Pattern KEY = Pattern.compile("([A-Za-z][A-Za-z0-9]*)=\"?\\{}\"?");

  /** Names of the line's own. */
  private static final Pattern RESERVED =
      Pattern.compile("time|level|log|logger|message|error|stack");

  static LogFields of(@Nullable String pattern, @Nullable Object @Nullable [] arguments) {
    String whole = String.valueOf(pattern);
    if (arguments == null || arguments.length == 0) {
      return new LogFields(whole, Map.of());
    }
    Map<String, Object> fields = new LinkedHashMap<>();
    Matcher key = KEY.matcher(whole);
    int first = -1;
    int values = 0;
    while (key.find() && values < arguments.length) {
      first = first < 0 ? key.start() : first;
      add(fields, key.group(1), arguments[values++]);
    }
    if (first < 0 || values != places(whole)) {
      // A value that has no key: which is whose is not known.
      return new LogFields(
          String.valueOf(MessageFormatter.arrayFormat(whole, arguments).getMessage()), Map.of());
    }
    return new LogFields(whole.substring(0, first).replaceFirst("[: ]+$", ""), fields);
  }

  /** Whose line it is, so that what guests write is never taken for the node's own. */
  static String stream(String logger) {
    return switch (logger) {
      case "leat.guest" -> "guest";
      case "leat.access" -> "access";
      default -> "node";
    };
  }

  private static int places(String pattern) {
    int places = 0;
    for (int at = pattern.indexOf("{}"); at >= 0; at = pattern.indexOf("{}", at + 2)) {
      places++;
    }
    return places;
  }

  private static void add(Map<String, Object> fields, String name, @Nullable Object value) {
    switch (value) {
      case null -> {}
      case FunctionVersion version -> {
        add(fields, name, version.function());
        fields.putIfAbsent("version", version.number());
      }
      case VersionRef version -> {
        add(fields, name, version.function());
        fields.putIfAbsent("version", version.number());
      }
      case FunctionRef function -> {
        fields.putIfAbsent("tenant", function.tenant().value());
        fields.putIfAbsent("function", function.name().value());
      }
      case LogText text -> fields.putIfAbsent(free(name), text.raw());
      default -> fields.putIfAbsent(free(name), value);
    }
  }

  private static String free(String name) {
    return RESERVED.matcher(name).matches() ? name + "_" : name;
  }
}
