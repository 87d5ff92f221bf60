package dev.leat.invocations.async;

import dev.leat.contract.VersionRef;
import java.time.Instant;

/**
 * An invocation that the platform gave up; what it was called with is kept.
 *
 * @param caller the subject of the token that it was accepted with; "" for none
 * @param state {@link InvocationState#FAILED} or {@link InvocationState#DEAD}
 * @param attempts begun
 * @param ending the word of its last attempt's ending
 * @param reason why
 * @param fuel of its last attempt
 * @param bodyBytes how long the body is that it was called with
 */
public record DeadLetter(
    String id,
    VersionRef version,
    String caller,
    InvocationState state,
    int attempts,
    Instant acceptedAt,
    Instant endedAt,
    Instant keptUntil,
    String ending,
    String reason,
    long fuel,
    long bodyBytes) {}
