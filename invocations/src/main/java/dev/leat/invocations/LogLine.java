package dev.leat.invocations;

import dev.leat.contract.FunctionRef;
import java.time.Instant;

/**
 * A line that a guest wrote to its log.
 *
 * @param at when, by the clock of the node that ran it
 * @param invocation the call that wrote it
 * @param level {@code debug}, {@code info}, {@code warn} or {@code error}
 * @param text as the guest wrote it: hostile
 */
public record LogLine(
    Instant at, FunctionRef function, int version, String invocation, String level, String text) {}
