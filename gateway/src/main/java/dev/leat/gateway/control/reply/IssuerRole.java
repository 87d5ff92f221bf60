package dev.leat.gateway.control.reply;

/** Which role a claim's value gives. */
public record IssuerRole(String claim, String value, String role) {}
