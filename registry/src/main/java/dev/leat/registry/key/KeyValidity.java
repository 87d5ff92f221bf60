package dev.leat.registry.key;

import java.time.Instant;
import java.util.Optional;

/**
 * When a publisher's key may sign. What it signed in time stays good afterwards.
 *
 * @param from empty for whenever it was registered
 * @param until exclusive, after {@code from}; empty for ever
 */
public record KeyValidity(Optional<Instant> from, Optional<Instant> until) {
  public static final KeyValidity ALWAYS = new KeyValidity(Optional.empty(), Optional.empty());

  public KeyValidity {
    if (from.isPresent() && until.isPresent() && !until.get().isAfter(from.get())) {
      throw new IllegalArgumentException(
          "validUntil must be after validFrom, was %s after %s".formatted(until.get(), from.get()));
    }
  }

  /** Why the key may sign nothing at this time, in sentences; empty if it may. */
  Optional<String> objection(String kid, Instant now) {
    if (from.isPresent() && now.isBefore(from.get())) {
      return Optional.of(
          "The key %s may sign from %s on. Publish then, or sign with another key."
              .formatted(kid, from.get()));
    }
    return until.isPresent() && !now.isBefore(until.get())
        ? Optional.of(
            "The key %s may sign no more since %s. Sign with another registered key."
                .formatted(kid, until.get()))
        : Optional.empty();
  }

  @Override
  public String toString() {
    return "from %s until %s"
        .formatted(
            from.map(Instant::toString).orElse("ever"),
            until.map(Instant::toString).orElse("ever"));
  }
}
