package dev.leat.tenants;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What the rates of one scope are of. */
public enum RateKind {
  REQUESTS("", null, Duration.ofSeconds(1)),
  /** Of functions, to servers. */
  OUTBOUND_PER_MINUTE(" minute", Quota.OUTBOUND_PER_MINUTE, Duration.ofMinutes(1)),
  OUTBOUND_PER_HOUR(" hour", Quota.OUTBOUND_PER_HOUR, Duration.ofHours(1)),
  /** What a function's manifest says of these. */
  OUTBOUND_OF_MANIFEST(" manifest", null, Duration.ofMinutes(1));

  private final String suffix;
  private final @Nullable Quota quota;
  private final Duration per;

  RateKind(String suffix, @Nullable Quota quota, Duration per) {
    this.suffix = suffix;
    this.quota = quota;
    this.per = per;
  }

  /** Told apart by it from other kinds of a scope. */
  public String suffix() {
    return suffix;
  }

  /** Taken where functions run, and not where requests come in. */
  public boolean isOutbound() {
    return this != REQUESTS;
  }

  /** The quota that limits it, of those of functions' requests. */
  @Nullable Quota quota() {
    return quota;
  }

  Duration per() {
    return per;
  }
}
