package dev.leat.gateway.control.request;

import org.jspecify.annotations.Nullable;

/**
 * An operator's token to be issued.
 *
 * @param subject whose it is; null for {@code operator}
 */
public record NewOperatorToken(@Nullable String subject, long ttlSeconds) {}
