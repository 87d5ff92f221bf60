package dev.leat.gateway.control.request;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A token to be issued.
 *
 * @param subject whose it is; null for the first role's name
 * @param functions names and globs of those that it is limited to; null for all
 */
public record NewToken(
    @Nullable String subject,
    List<String> roles,
    @Nullable List<String> functions,
    long ttlSeconds) {}
