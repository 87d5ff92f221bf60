package dev.leat.invocations.async;

import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.Headers;
import dev.leat.contract.HttpCall;
import dev.leat.contract.Outcome;
import dev.leat.contract.VersionRef;
import dev.leat.invocations.async.AsyncFunctions.AsyncFunction;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/**
 * What an invocation leads to, by {@code onSuccess} and {@code onFailure} of its manifest: another
 * function of the tenant is called with what it came to. That is accepted in the transaction in
 * which the invocation ends, so it happens once, and with the end or not at all.
 */
final class Destinations {
  /** Invocations that follow from a caller's own: functions that name each other stop there. */
  static final int DEPTH_MAX = 3;

  static final String SOURCE_ID = "Leat-Source-Invocation";
  static final String SOURCE_FUNCTION = "Leat-Source-Function";
  static final String SOURCE_STATE = "Leat-Source-State";
  static final String SOURCE_STATUS = "Leat-Source-Status";
  static final String OMITTED = "Leat-Result-Omitted";

  private static final byte[] NO_BODY = new byte[0];
  private static final int TIME_DIGITS = 12;
  private static final int RANDOM_DIGITS = 20;

  private final AsyncFunctions functions;
  private final RandomGenerator random;
  private final AtomicLong omitted = new AtomicLong();

  Destinations(AsyncFunctions functions, RandomGenerator random) {
    this.functions = functions;
    this.random = random;
  }

  /** The store had no room for so many. */
  void omitted(int more) {
    omitted.addAndGet(more);
  }

  /**
   * Those that were not called: one led there already as deep as may be, nothing is deployed, or
   * the tenant had no room.
   */
  long omitted() {
    return omitted.get();
  }

  Optional<NewInvocation> afterAnswer(
      QueuedInvocation ended, AsyncFunction function, Outcome.Responded answer) {
    Optional<FunctionName> to = function.policy().onSuccess();
    if (to.isEmpty()) {
      return Optional.empty();
    }
    Headers.Builder fields = source(ended, InvocationState.DONE);
    fields.add(SOURCE_STATUS, Integer.toString(answer.status()));
    String type = answer.headers().first("content-type");
    if (type != null) {
      fields.add("Content-Type", type);
    }
    return next(ended, to.get(), fields, answer.body());
  }

  Optional<NewInvocation> afterFailure(
      QueuedInvocation ended,
      Optional<AsyncFunction> function,
      boolean isTried,
      String ending,
      String reason) {
    Optional<FunctionName> to = function.flatMap(it -> it.policy().onFailure());
    if (to.isEmpty()) {
      return Optional.empty();
    }
    InvocationState state = isTried ? InvocationState.DEAD : InvocationState.FAILED;
    Headers.Builder fields = source(ended, state).add("Content-Type", "application/json");
    return next(
        ended,
        to.get(),
        fields,
        FailureDocument.of(ended.id(), ended.version(), state, ended.attempts(), ending, reason));
  }

  private static Headers.Builder source(QueuedInvocation ended, InvocationState state) {
    return new Headers.Builder()
        .add(SOURCE_ID, ended.id())
        .add(SOURCE_FUNCTION, ended.version().function().name().value())
        .add(SOURCE_STATE, state.word());
  }

  private Optional<NewInvocation> next(
      QueuedInvocation ended, FunctionName to, Headers.Builder fields, byte[] body) {
    Optional<AsyncFunction> found =
        ended.depth() >= DEPTH_MAX
            ? Optional.empty()
            : functions.find(new FunctionRef(ended.tenant(), to));
    if (found.isEmpty()) {
      omitted.incrementAndGet();
      return Optional.empty();
    }
    AsyncFunction target = found.get();
    boolean isTooLarge = body.length > target.version().limits().requestBytes();
    if (isTooLarge) {
      fields.add(OMITTED, "too-large");
    }
    VersionRef version = target.version().ref();
    return Optional.of(
        new NewInvocation(
            freshId(),
            version,
            new HttpCall("POST", "", null, fields.build(), isTooLarge ? NO_BODY : body),
            ended.origin().firstAttempt(),
            target.policy().maxAge(),
            Optional.empty(),
            Optional.empty(),
            ended.depth() + 1));
  }

  /** The time, then random bits, as a gateway's ids are. */
  private String freshId() {
    HexFormat hex = HexFormat.of();
    return hex.toHexDigits(System.currentTimeMillis(), TIME_DIGITS)
        + hex.toHexDigits(random.nextLong(), RANDOM_DIGITS - Long.BYTES * 2)
        + hex.toHexDigits(random.nextLong());
  }
}
