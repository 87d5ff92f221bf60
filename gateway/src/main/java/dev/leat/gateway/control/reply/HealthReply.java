package dev.leat.gateway.control.reply;

/** How the node is: {@code live} or {@code ready}. */
public record HealthReply(String status) {}
