package dev.leat.tenants;

import dev.leat.contract.TenantId;
import java.time.Instant;
import java.util.Locale;

/**
 * A tenant of the platform.
 *
 * @param createdAt in whole milliseconds
 */
public record Tenant(TenantId id, Instant createdAt, State state) {
  /** What the platform does for a tenant. */
  public enum State {
    /** All that its quotas allow. */
    ACTIVE,
    /** Nothing: only operators see to what it has. */
    SUSPENDED;

    /** In lower case, as it is stored and shown. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The state of this word.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static State ofWord(String word) {
      return valueOf(word.toUpperCase(Locale.ROOT));
    }
  }
}
