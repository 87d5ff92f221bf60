package dev.leat.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.Outcome;
import dev.leat.contract.PowerFunction;
import dev.leat.testkit.WasmBuilder;
import dev.leat.testkit.WasmCode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * A handler that calls functions of powers one after the other, with arguments that are fixed, and
 * answers with what it was answered.
 */
final class SqlScript {
  /** Where answers may be written to; all after it is sent back. */
  static final int BUFFER = 1_024;

  static final int SENT_BYTES = 16_384;

  /** What the test does in between. */
  static final String HOOK = "test_hook";

  private static final int DATA = 32_768;
  private static final int MEMORY_PAGES = 10;

  private final List<PowerFunction> functions;
  private final List<byte[]> data = new ArrayList<>();
  private final WasmCode code = new WasmCode();
  private boolean hasHook = true;
  private int calls;
  private int next = DATA;

  SqlScript(PowerFunction... functions) {
    this.functions = List.of(functions);
  }

  /**
   * @param arguments texts and bytes stand for a pointer and a length
   */
  SqlScript call(PowerFunction function, Object... arguments) {
    boolean hasResult = !function.signature().endsWith("->");
    if (hasResult) {
      code.i32Const(4 * calls++);
    }
    for (Object argument : arguments) {
      switch (argument) {
        case String text -> put(text.getBytes(StandardCharsets.UTF_8));
        case byte[] bytes -> put(bytes);
        case Integer number -> code.i32Const(number);
        default -> throw new IllegalArgumentException("No argument: " + argument);
      }
    }
    code.call(functions.indexOf(function));
    if (hasResult) {
      code.i32Store(0);
    }
    return this;
  }

  /** One function with arguments of any kind. */
  SqlScript random(Random random) {
    PowerFunction function = functions.get(random.nextInt(functions.size()));
    String types = function.signature();
    String between = types.substring(1, types.indexOf(')'));
    int count = between.isEmpty() ? 0 : between.split(",", -1).length;
    Object[] arguments = new Object[count];
    Arrays.setAll(arguments, at -> anyInt(random));
    return call(function, arguments);
  }

  private static int anyInt(Random random) {
    return switch (random.nextInt(6)) {
      case 0 -> random.nextInt();
      case 1 -> (MEMORY_PAGES << 16) - random.nextInt(4);
      case 2 -> -random.nextInt(4);
      default -> random.nextInt(600);
    };
  }

  /** Has the test do something in between. */
  SqlScript hook() {
    code.call(functions.size());
    return this;
  }

  /** Ends in a trap. */
  SqlScript trap() {
    code.unreachable();
    return this;
  }

  /** Never ends. */
  SqlScript spin() {
    code.loop().br(0).end();
    return this;
  }

  /** For a worker without one. */
  SqlScript withoutHook() {
    hasHook = false;
    return this;
  }

  private void put(byte[] bytes) {
    code.i32Const(next).i32Const(bytes.length);
    data.add(bytes);
    next += bytes.length;
  }

  /** To be asked for once. */
  WasmBuilder module() {
    WasmBuilder module = new WasmBuilder();
    functions.forEach(it -> module.importFunction("leat", it.importName(), it.signature()));
    if (hasHook) {
      module.importFunction("leat", HOOK, "()->");
    }
    module
        .memory(MEMORY_PAGES)
        .export("allocate", "(i32)->i32", new WasmCode().i32Const(512))
        .export("handle", "(i32,i32)->i64", code.i64Const(SENT_BYTES));
    int at = DATA;
    for (byte[] bytes : data) {
      module.data(at, bytes);
      at += bytes.length;
    }
    return module;
  }

  /** What such a guest was answered. */
  record Answers(byte[] memory) {
    static Answers of(Outcome outcome) {
      assertThat(outcome).isInstanceOf(Outcome.Responded.class);
      return new Answers(((Outcome.Responded) outcome).body());
    }

    int code(int call) {
      return ByteBuffer.wrap(memory).order(ByteOrder.LITTLE_ENDIAN).getInt(4 * call);
    }

    /** The results of the calls, in their order; no call follows them. */
    Answers hasCodes(int... codes) {
      int[] found = new int[codes.length];
      Arrays.setAll(found, this::code);
      assertThat(found).containsExactly(codes);
      return this;
    }

    /** The bytes there, as far as the call that wrote them said. */
    String text(int at, int call) {
      return new String(Arrays.copyOfRange(memory, at, at + code(call)), StandardCharsets.UTF_8);
    }
  }
}
