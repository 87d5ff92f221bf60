package dev.leat.invocations.async;

import dev.leat.contract.VersionRef;
import java.time.Instant;
import java.util.Optional;

/**
 * An accepted invocation as its caller sees it.
 *
 * @param caller the subject of the token that it was accepted with; "" for none
 * @param attempts begun so far
 * @param nextAttemptAt when it may be begun again; only while it is queued
 * @param endedAt only once it has ended
 * @param keptUntil how long what it came to is kept; only once it has ended
 * @param isCancelling whether its caller gave it up, and the node that runs it is being told
 * @param ending the word of its last attempt's ending; "" for none
 * @param reason why it ended so, or is tried again; "" for none
 * @param callback where the callback is that its caller asked for
 */
public record InvocationStatus(
    String id,
    VersionRef version,
    String caller,
    InvocationState state,
    int attempts,
    Instant acceptedAt,
    Optional<Instant> nextAttemptAt,
    Optional<Instant> endedAt,
    Optional<Instant> keptUntil,
    boolean isCancelling,
    String ending,
    String reason,
    Optional<CallbackStatus> callback) {}
