package dev.leat.worker;

import dev.leat.testkit.WasmBuilder;
import dev.leat.testkit.WasmCode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A step that asks the host one thing after the other, and keeps what it is answered in its
 * context.
 */
final class StepScript {
  private static final int GET = 0;
  private static final int SET = 1;
  private static final int HTTP = 2;
  private static final int QUERY = 3;
  private static final int LOG = 4;

  /** Where the next memory is, as an i32. */
  private static final int NEXT = 0;

  private static final int DATA = 1_024;
  private static final int PAGES = 64;
  private static final int ANSWER = 2;

  private final String module;
  private final WasmCode code = new WasmCode().locals(1, "i64");
  private final List<byte[]> data = new ArrayList<>();
  private int end = DATA;

  /**
   * @param module that the functions are imported from
   */
  StepScript(String module) {
    this.module = module;
  }

  StepScript() {
    this("job");
  }

  /** Sets a member to what another is; to nothing, which is invalid, if there is none. */
  StepScript copy(String from, String to) {
    put(from);
    code.call(GET).localSet(ANSWER);
    return keep(to);
  }

  StepScript set(String key, String json) {
    put(key);
    put(json);
    code.call(SET).drop();
    return this;
  }

  StepScript http(String request, String to) {
    put(request);
    code.call(HTTP).localSet(ANSWER);
    return keep(to);
  }

  StepScript query(String request, String to) {
    put(request);
    code.call(QUERY).localSet(ANSWER);
    return keep(to);
  }

  StepScript log(int level, String text) {
    code.i32Const(level);
    put(text);
    code.call(LOG);
    return this;
  }

  private StepScript keep(String to) {
    put(to);
    code.localGet(ANSWER).i64Const(32).op(0x88).op(0xA7); // its upper half: where
    code.localGet(ANSWER).op(0xA7); // its lower half: how long
    code.call(SET).drop();
    return this;
  }

  private void put(String text) {
    put(text.getBytes(StandardCharsets.UTF_8));
  }

  private void put(byte[] bytes) {
    code.i32Const(place(bytes)).i32Const(bytes.length);
  }

  private int place(byte[] bytes) {
    data.add(bytes);
    end += bytes.length;
    return end - bytes.length;
  }

  /** Answers so; to be asked for once. */
  WasmBuilder answers(String json) {
    byte[] answer = json.getBytes(StandardCharsets.UTF_8);
    long at = place(answer);
    return module(code.i64Const(at << 32 | answer.length));
  }

  private WasmBuilder module(WasmCode step) {
    WasmBuilder built =
        new WasmBuilder()
            .importFunction(module, "get_context", "(i32,i32)->i64")
            .importFunction(module, "set_context", "(i32,i32,i32,i32)->i32")
            .importFunction(module, "http_request", "(i32,i32)->i64")
            .importFunction(module, "db_query", "(i32,i32)->i64")
            .importFunction(module, "log", "(i32,i32,i32)->")
            .memory(PAGES)
            .export("allocate", "(i32)->i32", allocate())
            .export("step", "(i32,i32)->i64", step)
            .data(NEXT, ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(end).array());
    int at = DATA;
    for (byte[] bytes : data) {
      built.data(at, bytes);
      at += bytes.length;
    }
    return built;
  }

  /** Moves a pointer, and never frees. */
  private static WasmCode allocate() {
    return new WasmCode()
        .locals(1, "i32")
        .i32Const(NEXT)
        .i32Load(0)
        .localSet(1)
        .i32Const(NEXT)
        .localGet(1)
        .localGet(0)
        .i32Add()
        .i32Store(0)
        .localGet(1);
  }
}
