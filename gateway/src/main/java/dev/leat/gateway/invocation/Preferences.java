package dev.leat.gateway.invocation;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;

/** What a request's {@code Prefer} says (RFC 7240, 2). */
final class Preferences {
  static final String RESPOND_ASYNC = "respond-async";

  private static final CharSequence PREFER = HttpHeaders.createOptimized("prefer");

  private Preferences() {}

  /** Whether its sender would rather have an answer at once than the function's. */
  static boolean isAsync(MultiMap fields) {
    if (!fields.contains(PREFER)) {
      return false;
    }
    for (String field : fields.getAll(PREFER)) {
      for (String preference : field.split(",", -1)) {
        int end = preference.indexOf(';');
        String name = end < 0 ? preference : preference.substring(0, end);
        if (name.strip().equalsIgnoreCase(RESPOND_ASYNC)) {
          return true;
        }
      }
    }
    return false;
  }
}
