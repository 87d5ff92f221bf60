package dev.leat.gateway.control.request;

import org.jspecify.annotations.Nullable;

/**
 * That a new key shall sign.
 *
 * @param overlapSeconds how long those before it verify at the most; null for as long as tokens
 *     last
 */
public record Rotation(@Nullable Long overlapSeconds) {}
