package dev.leat.tenants;

import java.time.Duration;

/**
 * What is left of the quota that tells a client most: the rate, or what has least left of the hour,
 * or the places.
 *
 * @param isOfFunction whether it is the function's own; else its tenant's
 * @param quota its name
 * @param left whole units, 0 or more
 * @param resets how long it is until all is there again; a second where nobody knows
 */
public record QuotaLeft(boolean isOfFunction, String quota, long left, Duration resets) {}
