package dev.leat.gateway.control.request;

/** From which level on lines of a function's log are kept from now on. */
public record LogLevelChange(String level) {}
