package dev.leat.gateway.control.request;

import org.jspecify.annotations.Nullable;

/**
 * By what callers shall be known again.
 *
 * @param by {@code header}, {@code cookie} or {@code none}
 * @param name of the field or cookie
 */
public record StickyBy(String by, @Nullable String name) {}
