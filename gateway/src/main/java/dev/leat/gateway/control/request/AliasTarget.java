package dev.leat.gateway.control.request;

/** The version, by its label, that an alias shall mean. */
public record AliasTarget(String version) {}
