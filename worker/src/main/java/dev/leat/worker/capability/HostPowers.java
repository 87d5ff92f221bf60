package dev.leat.worker.capability;

import java.time.InstantSource;

/** Every power that the host can lend to guests, on one screen. */
public record HostPowers(GuestLog log, GuestMetrics metrics, InstantSource clock) {}
