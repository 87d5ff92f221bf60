package dev.leat.gateway.control.request;

/** A tenant to be made. */
public record NewTenant(String name) {}
