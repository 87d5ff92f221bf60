package dev.leat.engine.chicory;

import com.dylibso.chicory.wasm.types.OpCode;
import com.dylibso.chicory.wasm.types.ValType;
import com.dylibso.chicory.wasm.types.WasmEncoding;
import dev.leat.contract.Finding;
import dev.leat.engine.chicory.ModuleBytes.Malformed;
import java.util.Arrays;
import java.util.Optional;

/**
 * Walks function bodies instruction by instruction and counts what compiling them takes, without
 * building anything. The compiler keeps the types of all locals and stack entries for each place
 * that a branch parts from or leads to, so the stack's height is followed as well: never below the
 * true one, at times above it (vector instructions are taken to leave it as it is).
 */
final class CodeScan {
  private static final OpCode[] OPCODES = opcodes();
  private static final byte[] EFFECTS = effects();

  private static final int BLOCK = 0x02;
  private static final int LOOP = 0x03;
  private static final int IF = 0x04;
  private static final int ELSE = 0x05;
  private static final int END = 0x0b;
  private static final int BRANCH_IF = 0x0d;
  private static final int BRANCH_TABLE = 0x0e;
  private static final int CALL = 0x10;
  private static final int CALL_INDIRECT = 0x11;
  private static final int CALL_REFERENCE = 0x14;
  private static final int EMPTY_BLOCK_TYPE = 0x40;
  private static final int NULLABLE_REFERENCE = 0x63;
  private static final int REFERENCE = 0x64;
  private static final int VECTOR_CONSTANT_BYTES = 16;

  private final ModuleBytes in;
  private final Arity[] types;
  private final int[] functionTypes;
  private final int branchTargetsMax;

  private long instructions;
  private long branchTargets;
  private long frameSlots;

  private int locals;
  private int height;

  /** The height at which each open block began, and what it leaves there. */
  private int[] floors = new int[64];

  private Arity[] blocks = new Arity[64];
  private int open;

  /**
   * @param functionTypes the type of each function, imported ones first
   * @param branchTargetsMax entries of one br_table
   */
  CodeScan(ModuleBytes in, Arity[] types, int[] functionTypes, int branchTargetsMax) {
    this.in = in;
    this.types = types;
    this.functionTypes = functionTypes;
    this.branchTargetsMax = branchTargetsMax;
  }

  /** What compiling all the bodies takes that were walked. */
  CompileNeed need(int moduleBytes, int functions) {
    return new CompileNeed(moduleBytes, functions, instructions, branchTargets, frameSlots, 0);
  }

  /**
   * Walks the instructions of a body.
   *
   * @param number among the module's own functions
   * @param function among all functions
   * @param declared its locals
   * @return that a br_table is too large; the walk has ended there
   */
  Optional<Finding> body(int number, int function, int declared, int end) {
    locals = declared + typeOf(function).parameters();
    height = 0;
    open = 0;
    openBlock(Arity.NONE);
    while (in.at() < end) {
      long targets = instruction();
      if (targets > branchTargetsMax) {
        return Optional.of(
            new Finding(
                "function " + number,
                "A br_table has %d targets, at most %d are allowed. Split it."
                    .formatted(targets, branchTargetsMax)));
      }
    }
    return Optional.empty();
  }

  /** Walks one instruction; returns how many targets it has when it is a br_table, else 0. */
  private long instruction() {
    int opcode = in.next();
    if (opcode >= 0xfb && opcode < 0xff) {
      opcode = (int) Math.min(Integer.MAX_VALUE, (opcode << 8) + in.number());
    }
    if (opcode >= OPCODES.length || OPCODES[opcode] == null) {
      throw new Malformed("There is no instruction of the opcode 0x%02x".formatted(opcode));
    }
    if (open == 0) {
      throw new Malformed("Instructions follow the end of a function");
    }
    instructions++;
    switch (opcode) {
      case BLOCK -> {
        openBlock(blockType());
        frameSlots += height;
      }
      case LOOP -> {
        openBlock(blockType());
        meet();
      }
      case IF -> {
        height--;
        openBlock(blockType());
        meet();
      }
      case ELSE -> {
        meet();
        height = floors[open - 1] + blocks[open - 1].parameters();
      }
      case END -> end();
      case BRANCH_IF -> {
        in.number();
        height--;
        meet();
      }
      case BRANCH_TABLE -> {
        return branchTable();
      }
      case CALL -> call(typeOf((int) in.number()));
      case CALL_INDIRECT -> {
        height--;
        call(type((int) in.number()));
        in.number();
      }
      case CALL_REFERENCE -> {
        height--;
        call(type((int) in.number()));
      }
      default -> {
        skipImmediates(OPCODES[opcode]);
        height += effect(opcode);
      }
    }
    // Behind a branch that always goes, the stack has as much as is asked of it.
    height = Math.max(height, floors[Math.max(0, open - 1)]);
    return 0;
  }

  /** Types are kept here for all that is live. */
  private void meet() {
    frameSlots += locals + (long) height;
  }

  private void openBlock(Arity type) {
    if (open == floors.length) {
      floors = Arrays.copyOf(floors, 2 * open);
      blocks = Arrays.copyOf(blocks, 2 * open);
    }
    floors[open] = Math.max(0, height - type.parameters());
    blocks[open++] = type;
  }

  private void end() {
    meet();
    open--;
    height = floors[open] + blocks[open].results();
  }

  private long branchTable() {
    long targets = in.number() + 1;
    if (targets <= branchTargetsMax) {
      for (long i = 0; i < targets; i++) {
        in.number();
      }
    }
    branchTargets += targets;
    // Each block that it leaves for has to drop what is on the stack.
    frameSlots += Math.min(targets, open) * (locals + (long) height);
    return targets;
  }

  private void call(Arity type) {
    height += type.results() - type.parameters();
  }

  private Arity typeOf(int function) {
    return function >= 0 && function < functionTypes.length
        ? type(functionTypes[function])
        : Arity.NONE;
  }

  /** A type that does not exist is the validator's to refuse. */
  private Arity type(int index) {
    return index >= 0 && index < types.length ? types[index] : Arity.NONE;
  }

  private Arity blockType() {
    // A signed number: value types are the negative ones of a single byte.
    boolean isLong = (in.peek() & 0x80) != 0;
    int type = (int) in.number();
    if (isLong && (type == EMPTY_BLOCK_TYPE || ValType.ID.isValidOpcode(type))) {
      throw new Malformed(
          "A block has the type of the index %d, which the compiler takes for a value type. Order"
                  .formatted(type)
              + " the module's types differently");
    }
    if (type == EMPTY_BLOCK_TYPE) {
      return Arity.NONE;
    }
    if (type == REFERENCE || type == NULLABLE_REFERENCE) {
      in.leb(5);
    }
    return ValType.ID.isValidOpcode(type) ? Arity.ONE_RESULT : type(type);
  }

  private void skipImmediates(OpCode opcode) {
    for (WasmEncoding immediate : OpCode.signature(opcode)) {
      switch (immediate) {
        case BYTE -> in.next();
        case VARUINT, VARSINT32 -> in.leb(5);
        case VARSINT64 -> in.leb(10);
        case FLOAT32 -> in.skip(Float.BYTES);
        case FLOAT64 -> in.skip(Double.BYTES);
        case V128 -> in.skip(VECTOR_CONSTANT_BYTES);
        case BLOCK_TYPE -> blockType();
        case MEMARG -> memoryArgument();
        case VEC_VALUE_TYPE -> valueTypes();
        case VEC_VARUINT, VEC_CATCH ->
            throw new Malformed("The instruction %s is not supported".formatted(opcode));
      }
    }
  }

  private void memoryArgument() {
    long flags = in.number();
    if (flags >> 6 != 0) {
      in.number();
    }
    in.number();
  }

  private void valueTypes() {
    for (long left = in.number(); left > 0; left--) {
      int type = in.next();
      if (type == REFERENCE || type == NULLABLE_REFERENCE) {
        in.leb(5);
      }
    }
  }

  /** By how much an instruction raises the stack, at the most. */
  private static int effect(int opcode) {
    return switch (opcode) {
      case 0xfc10, 0xfd0c -> 1; // table.size, v128.const
      case 0xfc0f -> -1; // table.grow
      case 0xfd0b -> -2; // v128.store
      case 0xfc08, 0xfc0a, 0xfc0b, 0xfc0c, 0xfc0e, 0xfc11 -> -3; // init, copy, fill
      default -> opcode < EFFECTS.length ? EFFECTS[opcode] : 0;
    };
  }

  private static byte[] effects() {
    byte[] effects = new byte[256];
    fill(effects, -1, 0x1a, 0x1a); // drop
    fill(effects, -2, 0x1b, 0x1c); // select
    fill(effects, 1, 0x20, 0x20); // local.get
    fill(effects, -1, 0x21, 0x21); // local.set
    fill(effects, 1, 0x23, 0x23); // global.get
    fill(effects, -1, 0x24, 0x24); // global.set
    fill(effects, -2, 0x26, 0x26); // table.set
    fill(effects, -2, 0x36, 0x3e); // stores
    fill(effects, 1, 0x3f, 0x3f); // memory.size
    fill(effects, 1, 0x41, 0x44); // constants
    fill(effects, -1, 0x46, 0x4f); // i32 comparisons
    fill(effects, -1, 0x51, 0x66); // i64, f32 and f64 comparisons
    fill(effects, -1, 0x6a, 0x78); // i32 arithmetic of two
    fill(effects, -1, 0x7c, 0x8a); // i64
    fill(effects, -1, 0x92, 0x98); // f32
    fill(effects, -1, 0xa0, 0xa6); // f64
    fill(effects, 1, 0xd0, 0xd0); // ref.null
    fill(effects, 1, 0xd2, 0xd2); // ref.func
    return effects;
  }

  private static void fill(byte[] effects, int effect, int from, int to) {
    Arrays.fill(effects, from, to + 1, (byte) effect);
  }

  private static OpCode[] opcodes() {
    OpCode[] byNumber =
        new OpCode[1 + Arrays.stream(OpCode.values()).mapToInt(OpCode::opcode).max().orElseThrow()];
    for (OpCode opcode : OpCode.values()) {
      byNumber[opcode.opcode()] = opcode;
    }
    return byNumber;
  }

  /** How many values a type takes and gives. */
  record Arity(int parameters, int results) {
    static final Arity NONE = new Arity(0, 0);
    static final Arity ONE_RESULT = new Arity(0, 1);
  }
}
