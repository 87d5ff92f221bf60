package dev.leat.gateway.control.reply;

import dev.leat.invocations.async.InvocationStatus;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An asynchronous invocation.
 *
 * @param callback where the callback is that its caller asked for
 * @param lastAttempt the record of its last attempt, if there is one
 */
public record AcceptedInvocationReply(
    String id,
    String function,
    int version,
    String module,
    @Nullable String caller,
    String state,
    int attempts,
    String acceptedAt,
    @Nullable String nextAttemptAt,
    @Nullable String endedAt,
    @Nullable String keptUntil,
    boolean cancelling,
    @Nullable String outcome,
    @Nullable String error,
    @Nullable CallbackReply callback,
    @Nullable InvocationReply lastAttempt) {
  public static AcceptedInvocationReply of(
      InvocationStatus status, @Nullable InvocationReply lastAttempt) {
    return new AcceptedInvocationReply(
        status.id(),
        status.version().function().name().value(),
        status.version().number(),
        status.version().module().toString(),
        unlessEmpty(status.caller()),
        status.state().word(),
        status.attempts(),
        status.acceptedAt().toString(),
        status.nextAttemptAt().map(Instant::toString).orElse(null),
        status.endedAt().map(Instant::toString).orElse(null),
        status.keptUntil().map(Instant::toString).orElse(null),
        status.isCancelling(),
        unlessEmpty(status.ending()),
        unlessEmpty(status.reason()),
        status.callback().map(CallbackReply::of).orElse(null),
        lastAttempt);
  }

  static @Nullable String unlessEmpty(String text) {
    return text.isEmpty() ? null : text;
  }
}
