package dev.leat.invocations.jdbi;

import dev.leat.invocations.async.KeyedCallStore.Caller;

/** Callers as rows have them. */
final class StoredCaller {
  /** Before the callers that have no token. */
  private static final String ANONYMOUS = "anonymous:";

  private StoredCaller() {}

  static String text(Caller caller) {
    return caller.isAnonymous() ? ANONYMOUS + caller.id() : caller.id();
  }

  static Caller of(String text) {
    return text.startsWith(ANONYMOUS)
        ? new Caller(text.substring(ANONYMOUS.length()), true)
        : new Caller(text, false);
  }
}
