package dev.leat.gateway.control.reply;

import dev.leat.invocations.async.CallbackStatus;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The callback of an asynchronous invocation.
 *
 * @param nextAttemptAt when it is due; only while it is to be sent
 * @param why it was not sent at its last turn; only while it is to be sent, and had one
 * @param lastStatus of the server's last answer, if one came
 * @param lastError why none came
 */
public record CallbackReply(
    String url,
    String state,
    int attempts,
    @Nullable String nextAttemptAt,
    @Nullable String why,
    @Nullable Integer lastStatus,
    @Nullable String lastError) {
  static CallbackReply of(CallbackStatus callback) {
    return new CallbackReply(
        callback.url(),
        callback.state().word(),
        callback.attempts(),
        callback.nextAttemptAt().map(Instant::toString).orElse(null),
        callback.why().map(CallbackStatus.Why::word).orElse(null),
        callback.lastStatus() == 0 ? null : callback.lastStatus(),
        AcceptedInvocationReply.unlessEmpty(callback.lastError()));
  }
}
