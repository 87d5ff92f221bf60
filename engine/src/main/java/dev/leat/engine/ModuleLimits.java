package dev.leat.engine;

import dev.leat.contract.Limits;

/**
 * How large the parts of a module may be. Each bound keeps reading and compiling it within a few
 * seconds and a few hundred MiB (facts: a br_table of a million entries compiles for 75 s, 100,000
 * functions for 5 s).
 *
 * @param moduleBytes the whole file
 * @param functions defined functions
 * @param bodyBytes one function's code
 * @param locals declared locals of one function
 * @param totalLocals declared locals of all functions together
 * @param branchTargets entries of one br_table; a JVM method of 64 KiB holds no more than 16,384
 * @param globals defined globals
 * @param tables defined tables
 * @param tableEntries entries that one table starts with
 * @param memoryPages pages of 64 KiB that the memory starts with
 * @param segments data and element segments, each
 * @param dataBytes of all data segments together
 */
public record ModuleLimits(
    int moduleBytes,
    int functions,
    int bodyBytes,
    int locals,
    int totalLocals,
    int branchTargets,
    int globals,
    int tables,
    int tableEntries,
    int memoryPages,
    int segments,
    int dataBytes) {
  public static final ModuleLimits DEFAULT =
      new ModuleLimits(
          Limits.MODULE_BYTES_MAX,
          30_000,
          256 << 10,
          5_000,
          1_000_000,
          16_384,
          10_000,
          8,
          100_000,
          16_384,
          50_000,
          16 << 20);
}
