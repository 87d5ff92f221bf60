package dev.leat.engine.chicory;

/**
 * What the parts of a module take to be read and compiled, by which a compilation reserves its
 * memory.
 *
 * @param moduleBytes the whole file
 * @param functions defined functions
 * @param instructions of all bodies
 * @param branchTargets entries of all br_tables
 * @param frameSlots locals and stack entries, together, of all places that a branch parts from or
 *     leads to
 * @param declarationBytes what all else holds of the heap once it is read: types, imports, globals,
 *     exports, segments, locals
 */
record CompileNeed(
    long moduleBytes,
    long functions,
    long instructions,
    long branchTargets,
    long frameSlots,
    long declarationBytes) {
  // Measured as the smallest heap in which modules that consist of one of these compile (less the
  // 8 MiB of an empty one), rounded up: 15 MiB for 30,000 empty functions, 25-27 MiB for 300,000
  // real and 480,000 plain instructions, 54 MiB for a million br_table entries, 57 MiB for 15
  // million slots of 32 bits.
  private static final long BASE_BYTES = 2 << 20;
  private static final long COPIES_OF_MODULE = 3;
  private static final long FUNCTION_BYTES = 600;
  private static final long INSTRUCTION_BYTES = 100;
  private static final long BRANCH_TARGET_BYTES = 60;
  private static final long FRAME_SLOT_BYTES = 8;

  // Measured as what is live of a module that was read and consists of one of these, less its
  // bytes,
  // rounded up.
  /** A type, an import, a global, an export, a segment, a custom section. */
  static final long NAMED_BYTES = 200;

  /** A parameter or a result of a type. */
  static final long VALUE_BYTES = 40;

  static final long LOCAL_BYTES = 8;

  /** An entry of an element segment. */
  static final long ENTRY_BYTES = 110;

  /** An instruction of a constant expression. */
  static final long CONSTANT_BYTES = 60;

  /**
   * Instructions and br_table entries that go into one class, about, and so from one look at the
   * clock to the next.
   */
  private static final long CODE_PER_CLASS = 100_000;

  private static final long FUNCTIONS_PER_CLASS_MAX = 512;

  static CompileNeed withoutCode(long moduleBytes) {
    return new CompileNeed(moduleBytes, 0, 0, 0, 0, 0);
  }

  CompileNeed withDeclarations(long bytes) {
    return new CompileNeed(moduleBytes, functions, instructions, branchTargets, frameSlots, bytes);
  }

  /** About the most that reading and compiling the module holds of the heap at once. */
  long heapBytes() {
    return BASE_BYTES
        + COPIES_OF_MODULE * moduleBytes
        + FUNCTION_BYTES * functions
        + INSTRUCTION_BYTES * instructions
        + BRANCH_TARGET_BYTES * branchTargets
        + FRAME_SLOT_BYTES * frameSlots
        + declarationBytes;
  }

  /** How many functions to put into one class. */
  int functionsPerClass() {
    long byCode = functions * CODE_PER_CLASS / Math.max(1, instructions + branchTargets);
    return (int) Math.clamp(byCode, 1, FUNCTIONS_PER_CLASS_MAX);
  }
}
