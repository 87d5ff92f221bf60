package dev.leat.node;

import dev.leat.testkit.WasmBuilder;
import dev.leat.testkit.WasmCode;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** Handlers, each for one behaviour. */
public final class Guests {
  private static final int INPUT = 65_536;
  private static final int OUTPUT = 4_096;
  private static final int NAME = 64;
  private static final int FIRST_IMPORT = 0;

  private Guests() {}

  /** Answers with the request's body. */
  public static byte[] echo() {
    return handler(new WasmBuilder(), packed(code -> code.localGet(0), code -> code.localGet(1)));
  }

  /** Answers with this text. */
  public static byte[] saying(String text) {
    return handler(
        new WasmBuilder(),
        packed(code -> code.i32Const(OUTPUT), code -> code.i32Const(text.length())),
        builder -> builder.data(OUTPUT, text));
  }

  /** Writes this to its log, as an error, and answers nothing. */
  public static byte[] logging(String text) {
    return handler(
        new WasmBuilder().importFunction("leat", "log", "(i32,i32,i32)->"),
        new WasmCode().i32Const(3).i32Const(NAME).i32Const(text.length()).call(0).i64Const(0),
        builder -> builder.data(NAME, text));
  }

  /**
   * A processor that records -1.5 under a name, and 1 under one that is none; and of each kind 2
   * with the tag {@code shop=a"b}.
   */
  public static byte[] recording(String name) {
    String tags = "{\"shop\": \"a\\\"b\"}";
    WasmCode code = new WasmCode().i32Const(NAME).i32Const(name.length()).f64Const(-1.5).call(0);
    code.i32Const(NAME).i32Const(0).f64Const(1).call(0);
    for (int kind = 1; kind <= 4; kind++) {
      code.i32Const(NAME).i32Const(name.length()).f64Const(2);
      code.i32Const(NAME + name.length()).i32Const(tags.length()).call(kind);
    }
    return new WasmBuilder()
        .importFunction("leat", "record_metric", "(i32,i32,f64)->")
        .importFunction("leat", "metric_counter", "(i32,i32,f64,i32,i32)->")
        .importFunction("leat", "metric_gauge", "(i32,i32,f64,i32,i32)->")
        .importFunction("leat", "metric_histogram", "(i32,i32,f64,i32,i32)->")
        .importFunction("leat", "metric_timer", "(i32,i32,f64,i32,i32)->")
        .memory(2)
        .data(NAME, name + tags)
        .data(OUTPUT, "{}")
        .export("allocate", "(i32)->i32", new WasmCode().i32Const(INPUT))
        .export("free", "(i32,i32)->", new WasmCode())
        .export("process_event", "(i32,i32)->i64", code.i64Const((long) OUTPUT << 32 | 2))
        .build();
  }

  /**
   * Answers with what it sees, a line each: method, path, query, and the request's fields of these
   * names, "-" for one that is absent.
   */
  public static byte[] describing(String... fields) {
    WasmBuilder builder =
        new WasmBuilder()
            .importFunction("leat", "request_method", "(i32,i32)->i32")
            .importFunction("leat", "request_path", "(i32,i32)->i32")
            .importFunction("leat", "request_query", "(i32,i32)->i32")
            .importFunction("leat", "request_header", "(i32,i32,i32,i32)->i32");
    WasmCode code = new WasmCode().locals(2, "i32").i32Const(OUTPUT).localSet(2);
    for (int function = FIRST_IMPORT; function < 3; function++) {
      code.localGet(2).i32Const(8_192).call(function).localSet(3);
      endLine(code);
    }
    int at = NAME;
    for (String field : fields) {
      code.i32Const(at).i32Const(field.length()).localGet(2).i32Const(8_192).call(3).localSet(3);
      code.localGet(3).i32Const(-1).op(0x46).ifTrue();
      code.localGet(2).i32Const('-').i32Store8(0).i32Const(1).localSet(3).end();
      endLine(code);
      at += field.length();
    }
    code.i64Const(OUTPUT).i64Const(32).i64Shl();
    code.localGet(2).i32Const(OUTPUT).i32Sub().i64ExtendUnsigned().i64Or();
    return handler(builder, code, module -> module.data(NAME, String.join("", fields)));
  }

  /** Answers with this status, these fields and the request's body. */
  public static byte[] responding(int status, Map<String, String> fields) {
    WasmBuilder builder =
        new WasmBuilder()
            .importFunction("leat", "response_status", "(i32)->")
            .importFunction("leat", "response_header", "(i32,i32,i32,i32)->");
    WasmCode code = new WasmCode().i32Const(status).call(0);
    StringBuilder texts = new StringBuilder();
    fields.forEach((name, value) -> {
      int at = NAME + texts.length();
      texts.append(name).append(value);
      code.i32Const(at).i32Const(name.length());
      code.i32Const(at + name.length()).i32Const(value.length()).call(1);
    });
    code.localGet(0).i64ExtendUnsigned().i64Const(32).i64Shl();
    code.localGet(1).i64ExtendUnsigned().i64Or();
    return handler(builder, code, module -> module.data(NAME, texts.toString()));
  }

  /** Answers with the secret that the request names, or with a minus and the digit of the code. */
  public static byte[] telling() {
    WasmCode code = new WasmCode().locals(1, "i32");
    code.localGet(0).localGet(1).i32Const(OUTPUT).i32Const(16_384).call(0).localTee(2);
    code.i32Const(0).op(0x48).ifTrue();
    code.i32Const(OUTPUT).i32Const('-').i32Store8(0);
    code.i32Const(OUTPUT).i32Const('0').localGet(2).i32Sub().i32Store8(1);
    code.i32Const(2).localSet(2).end();
    code.i64Const(OUTPUT).i64Const(32).i64Shl().localGet(2).i64ExtendUnsigned().i64Or();
    return handler(
        new WasmBuilder().importFunction("leat", "secret_get", "(i32,i32,i32,i32)->i32"), code);
  }

  /** Sends a GET to this URL, and answers with the status that it was answered. */
  public static byte[] asking(String url) {
    WasmCode code = new WasmCode();
    code.i32Const(NAME).i32Const(3).i32Const(NAME + 3).i32Const(url.length()).call(0);
    code.i32Const(0).i32Const(0).call(1).call(2).i64Const(0);
    return handler(
        new WasmBuilder()
            .importFunction("leat", "http_open", "(i32,i32,i32,i32)->i32")
            .importFunction("leat", "http_send", "(i32,i32,i32)->i32")
            .importFunction("leat", "response_status", "(i32)->"),
        code,
        module -> module.data(NAME, "GET" + url));
  }

  public static byte[] trapping() {
    return handler(new WasmBuilder(), new WasmCode().unreachable());
  }

  /** Calls itself for ever. */
  public static byte[] recursing() {
    return handler(
        new WasmBuilder(), new WasmCode().localGet(0).localGet(1).call(1).i64Const(1).i64Or());
  }

  /** Says that its answer lies outside of its memory. */
  public static byte[] pointingOutside() {
    return handler(new WasmBuilder(), new WasmCode().i64Const(0x7fff_0000L << 32 | 100));
  }

  public static byte[] spinning() {
    return handler(new WasmBuilder(), new WasmCode().loop().br(0).end().i64Const(-1));
  }

  /** Wants more memory than any limit allows, and does not do without. */
  public static byte[] growing() {
    return handler(
        new WasmBuilder(),
        new WasmCode()
            .i32Const(20_000)
            .memoryGrow()
            .i32Const(-1)
            .op(0x46)
            .ifTrue()
            .unreachable()
            .end()
            .i64Const(0));
  }

  /** Says that it failed, without a message. */
  public static byte[] failing() {
    return handler(new WasmBuilder(), new WasmCode().i64Const(-1));
  }

  /** Refuses any configuration. */
  public static byte[] refusingInit() {
    return handler(
        new WasmBuilder(),
        new WasmCode().i64Const(0),
        module -> module.export("init", "(i32,i32)->i32", new WasmCode().i32Const(0)));
  }

  /** Takes for ever to initialise. */
  static byte[] endlessInit() {
    return handler(
        new WasmBuilder(),
        new WasmCode().i64Const(0),
        module ->
            module.export("init", "(i32,i32)->i32", new WasmCode().loop().br(0).end().i32Const(1)));
  }

  /** Answers with more bytes than it may. */
  public static byte[] talkative(int bytes) {
    return handler(
        new WasmBuilder(), packed(code -> code.i32Const(OUTPUT), code -> code.i32Const(bytes)));
  }

  public static byte[] handler(WasmBuilder imports, WasmCode handle) {
    return handler(imports, handle, module -> {});
  }

  private static byte[] handler(WasmBuilder imports, WasmCode handle, Consumer<WasmBuilder> more) {
    imports
        .memory(34)
        .export("allocate", "(i32)->i32", new WasmCode().i32Const(INPUT))
        .export("handle", "(i32,i32)->i64", handle);
    more.accept(imports);
    return imports.build();
  }

  private static WasmCode packed(UnaryOperator<WasmCode> pointer, UnaryOperator<WasmCode> length) {
    WasmCode high = pointer.apply(new WasmCode()).i64ExtendUnsigned().i64Const(32).i64Shl();
    return length.apply(high).i64ExtendUnsigned().i64Or();
  }

  /** Ends a line of the length in local 3 at the position in local 2. */
  private static void endLine(WasmCode code) {
    code.localGet(2).localGet(3).i32Add().localTee(2).i32Const('\n').i32Store8(0);
    code.localGet(2).i32Const(1).i32Add().localSet(2);
  }
}
