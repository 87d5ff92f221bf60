package dev.leat.gateway.control.reply;

/** By what callers are known again: {@code header} or {@code cookie}, and its name. */
public record StickyReply(String by, String name) {}
