package dev.leat.invocations.async;

import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * Where the callback of an invocation is.
 *
 * @param url where it is sent to
 * @param attempts to send it, begun so far
 * @param nextAttemptAt when it is due; only while it is to be sent
 * @param why it was not sent at its last turn; only while it is to be sent, and had one
 * @param lastStatus of the server's last answer; 0 if none came
 * @param lastError why none came; "" for nothing
 */
public record CallbackStatus(
    String url,
    State state,
    int attempts,
    Optional<Instant> nextAttemptAt,
    Optional<Why> why,
    int lastStatus,
    String lastError) {
  /** Where it is. */
  public enum State {
    /** The invocation has not ended. */
    AWAITED,
    /** It is to be sent. */
    WAITING,
    /** A server took it. */
    DELIVERED,
    /** It is not tried any more. */
    GIVEN_UP;

    public String word() {
      return CallbackStatus.word(this);
    }

    public static State ofWord(String word) {
      return valueOf(constant(word));
    }
  }

  /** Why one was not sent, or not taken. */
  public enum Why {
    /** The server did not take it, or no answer came. */
    SERVER,
    /** The tenant has no secret {@link Callbacks#KEY}. */
    NO_KEY,
    /** The requests to servers that it may send are used up. */
    QUOTA,
    /** The memory for answers that are being sent is used up. */
    MEMORY,
    /** The key or the answer cannot be read. */
    UNREADABLE;

    public String word() {
      return CallbackStatus.word(this);
    }

    public static Why ofWord(String word) {
      return valueOf(constant(word));
    }
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static String constant(String word) {
    return word.toUpperCase(Locale.ROOT).replace('-', '_');
  }
}
