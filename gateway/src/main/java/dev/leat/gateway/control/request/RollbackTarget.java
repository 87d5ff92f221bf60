package dev.leat.gateway.control.request;

import org.jspecify.annotations.Nullable;

/** The version, by its label, that traffic shall go back to; null for the one before. */
public record RollbackTarget(@Nullable String to) {}
