package dev.leat.gateway.pipeline;

import dev.leat.contract.FunctionVersion;
import dev.leat.contract.ProblemCode;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A request that is over, as logs and traces tell of it. Neither bodies nor queries nor tokens are
 * in it.
 *
 * @param method as it was sent: any token
 * @param path as it was sent, without the query: hostile
 * @param status of the answer; 0 when the client was gone before it
 * @param bytes of the answer's body; 0 when it is a problem
 * @param nanos from the request's head to the answer
 * @param trace the request's own span as {@code traceparent}; null when it is not traced
 * @param caller the token's subject; null where nobody had to say
 * @param address of the client, as connections are told apart
 * @param function the version that was called; null for none
 * @param operation the control plane's; "" for a function's call
 * @param refused why the platform refused it; null when it did not
 * @param outcome the word of the invocation's ending; "" where nothing was invoked
 */
public record EndedRequest(
    String id,
    String method,
    String path,
    int status,
    long bytes,
    long nanos,
    @Nullable String trace,
    @Nullable String caller,
    String address,
    @Nullable FunctionVersion function,
    String operation,
    @Nullable ProblemCode refused,
    String outcome) {
  /** The error's word: how the invocation ended, else why it was refused; empty without one. */
  public Optional<String> error() {
    if (refused != null) {
      return Optional.of(outcome.isEmpty() ? refused.word() : outcome);
    }
    return status == 0 ? Optional.of("client-gone") : Optional.empty();
  }
}
