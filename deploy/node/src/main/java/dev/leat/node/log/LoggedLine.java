package dev.leat.node.log;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.Level;

/**
 * A line of the log.
 *
 * @param stream whose it is: {@code node}, {@code guest} or {@code access}
 * @param message without its fields
 * @param error with its frames; null without one
 */
public record LoggedLine(
    Instant time,
    Level level,
    String stream,
    String logger,
    String message,
    Map<String, Object> fields,
    @Nullable String error) {}
