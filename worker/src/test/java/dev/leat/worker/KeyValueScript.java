package dev.leat.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.Outcome;
import dev.leat.testkit.WasmBuilder;
import dev.leat.testkit.WasmCode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A guest that calls the functions of the key-value power one after the other, with arguments that
 * are fixed, and answers with what it was answered.
 */
final class KeyValueScript {
  /** Where answers may be written to; all after it is sent back. */
  static final int BUFFER = 1_024;

  /** Five pages: more than the largest value. */
  static final int MEMORY_BYTES = 5 << 16;

  /** What the test does in between. */
  static final String HOOK = "test_hook";

  static final int SENT_BYTES = 4_096;
  private static final int DATA = 8_192;

  private static final Map<String, String> FUNCTIONS = functions();

  private final List<byte[]> data = new ArrayList<>();
  private final WasmCode code = new WasmCode();
  private int calls;
  private int next = DATA;
  private boolean hasHook;
  private boolean isBuilt;

  private static Map<String, String> functions() {
    Map<String, String> functions = new LinkedHashMap<>();
    functions.put("kv_get", "(i32,i32,i32,i32)->i32");
    functions.put("kv_set", "(i32,i32,i32,i32,i64)->i32");
    functions.put("kv_delete", "(i32,i32)->i32");
    functions.put("kv_exists", "(i32,i32)->i32");
    functions.put("kv_expire", "(i32,i32,i64)->i32");
    functions.put("kv_list", "(i32,i32,i32,i32,i32)->i32");
    functions.put("kv_increment", "(i32,i32,i64,i32)->i32");
    functions.put("kv_compare_and_set", "(i32,i32,i32,i32,i32,i32,i64)->i32");
    return functions;
  }

  /** A place and a length, whatever is there. */
  record Range(int pointer, int length) {}

  static Range range(int pointer, int length) {
    return new Range(pointer, length);
  }

  KeyValueScript set(String key, String value, long ttl) {
    return call("kv_set", key, value, ttl);
  }

  KeyValueScript get(String key, int buffer, int capacity) {
    return call("kv_get", key, buffer, capacity);
  }

  KeyValueScript exists(String... keys) {
    for (String key : keys) {
      call("kv_exists", key);
    }
    return this;
  }

  KeyValueScript delete(String key) {
    return call("kv_delete", key);
  }

  KeyValueScript expire(String key, long ttl) {
    return call("kv_expire", key, ttl);
  }

  KeyValueScript increment(String key, long delta, int out) {
    return call("kv_increment", key, delta, out);
  }

  /**
   * @param old null: nothing may be there
   */
  KeyValueScript compareAndSet(String key, @Nullable String old, String value) {
    return call("kv_compare_and_set", key, old == null ? range(0, -1) : old, value, 0L);
  }

  KeyValueScript list(String prefix, int limit, int buffer, int capacity) {
    return call("kv_list", prefix, limit, buffer, capacity);
  }

  /** Has the test do something in between. */
  KeyValueScript hook() {
    hasHook = true;
    code.call(FUNCTIONS.size());
    return this;
  }

  /** One function with arguments of any kind. */
  KeyValueScript random(Random random) {
    List<String> names = List.copyOf(FUNCTIONS.keySet());
    String name = names.get(random.nextInt(names.size()));
    String types = FUNCTIONS.getOrDefault(name, "");
    List<Object> arguments = new ArrayList<>();
    for (String type : types.substring(1, types.indexOf(')')).split(",", -1)) {
      arguments.add(type.equals("i64") ? (Object) anyLong(random) : (Object) anyInt(random));
    }
    return call(name, arguments.toArray());
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
  KeyValueScript call(String function, Object... arguments) {
    code.i32Const(4 * calls++);
    for (Object argument : arguments) {
      switch (argument) {
        case String text -> put(text.getBytes(StandardCharsets.UTF_8));
        case byte[] bytes -> put(bytes);
        case Range(int pointer, int length) -> code.i32Const(pointer).i32Const(length);
        case Integer number -> code.i32Const(number);
        case Long number -> code.i64Const(number);
        default -> throw new IllegalArgumentException("No argument: " + argument);
      }
    }
    code.call(List.copyOf(FUNCTIONS.keySet()).indexOf(function)).i32Store(0);
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
    FUNCTIONS.forEach((name, signature) -> module.importFunction("leat", name, signature));
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

    /** The results of the calls, in their order; no call follows them. */
    Answers hasCodes(int... codes) {
      int[] found = new int[codes.length];
      ByteBuffer words = ByteBuffer.wrap(memory).order(ByteOrder.LITTLE_ENDIAN);
      for (int i = 0; i < codes.length; i++) {
        found[i] = words.getInt();
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
