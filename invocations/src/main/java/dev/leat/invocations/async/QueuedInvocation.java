package dev.leat.invocations.async;

import dev.leat.contract.HttpCall;
import dev.leat.contract.Origin;
import dev.leat.contract.TenantId;
import dev.leat.contract.VersionRef;
import java.time.Instant;
import java.util.Optional;

/**
 * An invocation that a node has taken from the queue.
 *
 * @param owner the fencing number of the lease under which it was taken
 * @param call its body is empty while {@code hasLargeBody}
 * @param hasLargeBody whether the body is to be read by {@link AsyncStore#body}
 * @param bodyBytes how long the body is
 * @param headBytes how long its head is as it is kept
 * @param attempts begun, with the one that it was taken for
 * @param isTooOld whether no attempt may begin any more
 * @param isCancelled whether its caller gave it up
 * @param lastEnding the word of the ending of the attempt before; "" for none
 */
public record QueuedInvocation(
    String id,
    long owner,
    VersionRef version,
    HttpCall call,
    boolean hasLargeBody,
    long bodyBytes,
    int headBytes,
    Origin origin,
    int attempts,
    Instant acceptedAt,
    boolean isTooOld,
    boolean isCancelled,
    String lastEnding,
    String lastReason,
    Optional<String> callback,
    int depth) {
  public TenantId tenant() {
    return version.function().tenant();
  }

  /** As it is when the attempt that it was taken for does not begin. */
  QueuedInvocation notBegun() {
    return new QueuedInvocation(
        id,
        owner,
        version,
        call,
        hasLargeBody,
        bodyBytes,
        headBytes,
        origin,
        attempts - 1,
        acceptedAt,
        isTooOld,
        isCancelled,
        lastEnding,
        lastReason,
        callback,
        depth);
  }
}
