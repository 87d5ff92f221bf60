package dev.leat.contract;

import java.time.Instant;

/**
 * That something of a module is stored.
 *
 * @param at when it was stored last
 */
public record StoredModule(ModuleDigest digest, Instant at) {}
