package dev.leat.gateway.control.reply;

/** From which level on lines of a function's log are kept. */
public record LogLevelReply(String function, String level) {}
