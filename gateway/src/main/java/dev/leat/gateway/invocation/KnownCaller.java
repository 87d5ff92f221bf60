package dev.leat.gateway.invocation;

import dev.leat.registry.function.Sticky;
import io.vertx.core.MultiMap;
import org.jspecify.annotations.Nullable;

/** Reads from a request's fields by what its caller is known again. */
final class KnownCaller {
  private static final String COOKIE = "cookie";

  private KnownCaller() {}

  /** The value; null if the request has none, or an empty one. */
  static @Nullable String of(Sticky sticky, MultiMap fields) {
    String value =
        switch (sticky.kind()) {
          case HEADER -> fields.get(sticky.name());
          case COOKIE -> cookie(sticky.name(), fields);
        };
    return value == null || value.isEmpty() ? null : value;
  }

  /** The first cookie of that name, as it was sent (RFC 6265, 4.2.1). */
  private static @Nullable String cookie(String name, MultiMap fields) {
    for (String field : fields.getAll(COOKIE)) {
      for (int start = 0; start < field.length(); ) {
        int end = field.indexOf(';', start);
        int after = end < 0 ? field.length() : end;
        while (start < after && field.charAt(start) == ' ') {
          start++;
        }
        int equals = start + name.length();
        if (equals < after && field.startsWith(name, start) && field.charAt(equals) == '=') {
          return field.substring(equals + 1, after);
        }
        start = after + 1;
      }
    }
    return null;
  }
}
