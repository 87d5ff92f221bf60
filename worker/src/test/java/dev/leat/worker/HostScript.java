package dev.leat.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.GuestContract;
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
import java.util.function.Predicate;

/**
 * A guest that calls functions of the host one after the other, with arguments that are fixed, and
 * answers with what it was answered.
 */
class HostScript {
  /** Where answers may be written to; all after it is sent back. */
  static final int BUFFER = 1_024;

  /** Ten pages: more than the largest value of a key, or the largest parameters of a statement. */
  static final int MEMORY_BYTES = 10 << 16;

  /** What the test does in between. */
  static final String HOOK = "test_hook";

  static final int SENT_BYTES = 16_384;
  private static final int DATA = 32_768;

  private final List<PowerFunction> functions;
  private final List<byte[]> data = new ArrayList<>();
  private final WasmCode code = new WasmCode();
  private int calls;
  private int next = DATA;
  private boolean hasHook;
  private boolean isBuilt;

  /** Those of the powers' functions that handlers may import. */
  static List<PowerFunction> functions(Predicate<PowerFunction> wanted) {
    return Arrays.stream(PowerFunction.values())
        .filter(wanted)
        .filter(function ->
            GuestContract.HANDLER
                .imports()
                .contains(
                    new GuestContract.Import("leat", function.importName(), function.signature())))
        .toList();
  }

  HostScript(List<PowerFunction> functions) {
    this.functions = List.copyOf(functions);
  }

  /** A place and a length, whatever is there. */
  record Range(int pointer, int length) {}

  static Range range(int pointer, int length) {
    return new Range(pointer, length);
  }

  /** What an earlier call answered, 0 being the first. */
  record Result(int call) {}

  static Result result(int call) {
    return new Result(call);
  }

  /** Has the test do something in between. */
  HostScript hook() {
    hasHook = true;
    code.call(functions.size());
    return this;
  }

  /** Ends in a trap. */
  HostScript trap() {
    code.unreachable();
    return this;
  }

  /** Never ends. */
  HostScript spin() {
    code.loop().br(0).end();
    return this;
  }

  /** How many calls have an answer so far. */
  int calls() {
    return calls;
  }

  /** One function with arguments of any kind. */
  HostScript random(Random random) {
    PowerFunction function = functions.get(random.nextInt(functions.size()));
    List<Object> arguments = new ArrayList<>();
    for (String type : parameters(function)) {
      arguments.add(
          switch (type) {
            case "" -> List.of(); // no parameter at all
            case "i64" -> anyLong(random);
            case "f64" -> Double.longBitsToDouble(random.nextLong());
            default -> anyInt(random);
          });
    }
    return call(function.importName(), arguments.toArray());
  }

  private static String[] parameters(PowerFunction function) {
    String signature = function.signature();
    return signature.substring(1, signature.indexOf(')')).split(",", -1);
  }

  private static int anyInt(Random random) {
    return switch (random.nextInt(6)) {
      case 0 -> random.nextInt();
      case 1 -> MEMORY_BYTES - random.nextInt(4);
      case 2 -> -random.nextInt(4);
      default -> random.nextInt(600);
    };
  }

  private static long anyLong(Random random) {
    return random.nextBoolean() ? random.nextLong() : random.nextInt(100);
  }

  /**
   * @param arguments texts, bytes and ranges stand for a pointer and a length
   */
  HostScript call(String function, Object... arguments) {
    int index = functions.stream().map(PowerFunction::importName).toList().indexOf(function);
    boolean hasResult = !functions.get(index).signature().endsWith("->");
    if (hasResult) {
      code.i32Const(4 * calls++);
    }
    for (Object argument : arguments) {
      switch (argument) {
        case String text -> put(text.getBytes(StandardCharsets.UTF_8));
        case byte[] bytes -> put(bytes);
        case Range(int pointer, int length) -> code.i32Const(pointer).i32Const(length);
        case Result(int call) -> code.i32Const(4 * call).i32Load(0);
        case Integer number -> code.i32Const(number);
        case Long number -> code.i64Const(number);
        case Double number -> code.f64Const(number);
        case List<?> none -> {}
        default -> throw new IllegalArgumentException("No argument: " + argument);
      }
    }
    code.call(index);
    if (hasResult) {
      code.i32Store(0);
    }
    return this;
  }

  private void put(byte[] bytes) {
    code.i32Const(next).i32Const(bytes.length);
    data.add(bytes);
    next += bytes.length;
  }

  /** To be asked for once. */
  WasmBuilder module() {
    if (isBuilt) {
      throw new IllegalStateException("A script is one module: keep it");
    }
    isBuilt = true;
    WasmBuilder module = new WasmBuilder();
    functions.forEach(
        function -> module.importFunction("leat", function.importName(), function.signature()));
    if (hasHook) {
      module.importFunction("leat", HOOK, "()->");
    }
    module
        .memory(MEMORY_BYTES >> 16)
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

    /** The bytes there, as far as the call that wrote them said. */
    String text(int at, int call) {
      return new String(Arrays.copyOfRange(memory, at, at + code(call)), StandardCharsets.UTF_8);
    }

    /** The results of the calls, in their order; no call follows them. */
    Answers hasCodes(int... codes) {
      int[] found = new int[codes.length];
      Arrays.setAll(found, this::code);
      assertThat(found).containsExactly(codes);
      return this;
    }

    /** The same, where 0 stands for a handle too. */
    Answers follows(int... codes) {
      ByteBuffer words = ByteBuffer.wrap(memory).order(ByteOrder.LITTLE_ENDIAN);
      int[] found = new int[codes.length];
      for (int i = 0; i < codes.length; i++) {
        int code = words.getInt();
        found[i] = codes[i] == 0 && code > 0 ? 0 : code;
      }
      assertThat(found).containsExactly(codes);
      return this;
    }

    Answers says(int at, String text) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      assertThat(
              new String(Arrays.copyOfRange(memory, at, at + bytes.length), StandardCharsets.UTF_8))
          .isEqualTo(text);
      return this;
    }

    Answers hasLong(int at, long value) {
      assertThat(ByteBuffer.wrap(memory).order(ByteOrder.LITTLE_ENDIAN).getLong(at))
          .isEqualTo(value);
      return this;
    }
  }
}
