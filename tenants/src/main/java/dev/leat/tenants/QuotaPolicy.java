package dev.leat.tenants;

/**
 * A limit that requests are held to.
 *
 * @param isOfFunction whether it is the function's own; else its tenant's
 * @param quota its name
 */
public record QuotaPolicy(boolean isOfFunction, String quota, long limit) {}
