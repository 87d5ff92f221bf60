package dev.leat.scheduler;

import dev.leat.contract.VersionRef;

/**
 * How much a version is asked for on one worker.
 *
 * @param busy how many of its instances were in a call at the same moment, on the average of the
 *     last seconds
 */
public record Demand(VersionRef version, double busy) {}
