package dev.leat.contract;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What becomes of a function's asynchronous invocations: the {@code async} of its manifest.
 *
 * @param attempts how often one is begun at the most, 1 to {@link #ATTEMPTS_MAX}
 * @param first how long after the first attempt the second may begin; each further wait is twice
 *     the one before, with jitter
 * @param max the longest such wait
 * @param maxAge how long after it was accepted an attempt may begin
 * @param keepResult how long what it came to is kept
 * @param retryOn words of endings that are tried again besides those that always are: of {@link
 *     #RETRY_WORDS}
 * @param callbacks patterns of the URLs that callers may have what it comes to sent to
 * @param onSuccess the tenant's function that is called with its answer
 * @param onFailure the tenant's function that is told why it was given up
 */
public record AsyncPolicy(
    int attempts,
    Duration first,
    Duration max,
    Duration maxAge,
    Duration keepResult,
    Set<String> retryOn,
    List<String> callbacks,
    Optional<FunctionName> onSuccess,
    Optional<FunctionName> onFailure) {
  public static final int ATTEMPTS_MAX = 100;
  public static final Duration BACKOFF_MIN = Duration.ofMillis(100);
  public static final Duration BACKOFF_MAX = Duration.ofHours(12);
  public static final Duration AGE_MIN = Duration.ofSeconds(1);
  public static final Duration AGE_MAX = Duration.ofDays(7);
  public static final Duration KEEP_MIN = Duration.ofMinutes(1);
  public static final Duration KEEP_MAX = Duration.ofDays(30);

  public static final int CALLBACKS_MAX = 20;

  /** The answers with a status of 500 and above, which are no ending of their own. */
  public static final String SERVER_ERROR = "server-error";

  /** What is tried again only where a manifest asks for it. */
  public static final Set<String> RETRY_WORDS =
      Set.of(
          "trapped",
          "stack-exhausted",
          "fuel-exhausted",
          "memory-exceeded",
          "response-too-large",
          "unrunnable",
          SERVER_ERROR);

  /** What a manifest that says nothing gets. */
  public static final AsyncPolicy DEFAULT =
      new AsyncPolicy(
          5,
          Duration.ofSeconds(1),
          Duration.ofMinutes(5),
          Duration.ofHours(6),
          Duration.ofHours(24),
          Set.of());

  /** Without callbacks or destinations. */
  public AsyncPolicy(
      int attempts,
      Duration first,
      Duration max,
      Duration maxAge,
      Duration keepResult,
      Set<String> retryOn) {
    this(
        attempts,
        first,
        max,
        maxAge,
        keepResult,
        retryOn,
        List.of(),
        Optional.empty(),
        Optional.empty());
  }

  public AsyncPolicy {
    retryOn = Set.copyOf(retryOn);
    callbacks = List.copyOf(callbacks);
    if (attempts < 1 || attempts > ATTEMPTS_MAX) {
      throw new IllegalArgumentException(
          "attempts must be 1-" + ATTEMPTS_MAX + ", was " + attempts);
    }
    require("backoff.first", first, BACKOFF_MIN, BACKOFF_MAX);
    require("backoff.max", max, first, BACKOFF_MAX);
    require("maxAge", maxAge, AGE_MIN, AGE_MAX);
    require("keepResult", keepResult, KEEP_MIN, KEEP_MAX);
  }

  private static void require(String what, Duration value, Duration min, Duration max) {
    if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
      throw new IllegalArgumentException(
          what + " must be " + min + " to " + max + ", was " + value);
    }
  }
}
