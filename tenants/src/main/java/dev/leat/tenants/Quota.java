package dev.leat.tenants;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** What a tenant's use can be limited in. */
enum Quota {
  /** Requests let in per second, evenly. */
  REQUESTS_PER_SECOND(true),
  /** Requests let in at once after a pause; as many as {@link #REQUESTS_PER_SECOND} if absent. */
  BURST(true),
  /** Requests in flight. */
  CONCURRENCY(true),
  FUEL_PER_HOUR(false),
  CPU_SECONDS_PER_HOUR(false),
  MEMORY_MB_HOURS(false),
  OUTBOUND_PER_MINUTE(false),
  OUTBOUND_PER_HOUR(false),
  STORED_BYTES(false),
  MODULES(false),
  FUNCTIONS(false),
  ASYNC_BACKLOG(false);

  private final boolean enforced;

  Quota(boolean enforced) {
    this.enforced = enforced;
  }

  /** Whether this version holds anyone to it. */
  boolean isEnforced() {
    return enforced;
  }

  /** Kebab-case, as on the command line. */
  String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The words of the quotas that this version enforces. */
  static List<String> enforcedWords() {
    return Stream.of(values()).filter(quota -> quota.enforced).map(Quota::word).toList();
  }

  static Optional<Quota> ofWord(String word) {
    return Stream.of(values()).filter(quota -> quota.word().equals(word)).findFirst();
  }

  /** The words of all quotas. */
  static List<String> words() {
    return Stream.of(values()).map(Quota::word).toList();
  }
}
