package dev.leat.testkit;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Builds a WebAssembly binary part by part, in the encoding of Wasm Core 2.0, chapter 5. It checks
 * nothing, so that invalid and hostile modules can be built too.
 *
 * <pre>{@code
 * byte[] echo =
 *     new WasmBuilder()
 *         .importFunction("leat", "response_status", "(i32)->") // function 0
 *         .memory(1)
 *         .export("allocate", "(i32)->i32", new WasmCode().i32Const(1024)) // function 1
 *         .export("handle", "(i32,i32)->i64", new WasmCode().i64Const(-1)) // function 2
 *         .build();
 * }</pre>
 *
 * <p>Types are written as in the guest contracts, {@code (i32,i32)->i64}; parts of one kind are
 * indexed in the order in which they are added, imported functions before defined ones. Confined to
 * one thread.
 */
public final class WasmBuilder {
  private static final byte[] HEADER = {0, 'a', 's', 'm', 1, 0, 0, 0};
  private static final int FUNCTION = 0;
  private static final int TABLE = 1;
  private static final int MEMORY = 2;
  private static final int GLOBAL = 3;

  private final List<String> types = new ArrayList<>();
  private final List<WasmBytes> imports = new ArrayList<>();
  private final List<WasmBytes> functions = new ArrayList<>();
  private final List<WasmBytes> tables = new ArrayList<>();
  private final List<WasmBytes> memories = new ArrayList<>();
  private final List<WasmBytes> globals = new ArrayList<>();
  private final List<WasmBytes> exports = new ArrayList<>();
  private final List<WasmBytes> starts = new ArrayList<>();
  private final List<WasmBytes> elements = new ArrayList<>();
  private final List<WasmBytes> bodies = new ArrayList<>();
  private final List<WasmBytes> data = new ArrayList<>();
  private final List<WasmBytes> customs = new ArrayList<>();
  private int importedFunctions;

  /** Imports a function. All imports come before the first function that is defined. */
  public WasmBuilder importFunction(String module, String name, String signature) {
    importedFunctions++;
    return importAny(module, name, new WasmBytes().raw(FUNCTION).unsigned(type(signature)));
  }

  /** Imports a memory, which then takes the place of a defined one. */
  public WasmBuilder importMemory(String module, String name, int minPages) {
    return importAny(module, name, new WasmBytes().raw(MEMORY).raw(0).unsigned(minPages));
  }

  /** Defines a memory without a maximum and exports it as {@code memory}. */
  public WasmBuilder memory(int minPages) {
    memories.add(new WasmBytes().raw(0).unsigned(minPages));
    return exportAs("memory", MEMORY, memories.size() - 1);
  }

  /** Defines a memory with a maximum and exports it as {@code memory}. */
  public WasmBuilder memory(int minPages, int maxPages) {
    memories.add(new WasmBytes().raw(1).unsigned(minPages).unsigned(maxPages));
    return exportAs("memory", MEMORY, memories.size() - 1);
  }

  /** Defines a memory that is not exported. */
  public WasmBuilder hiddenMemory(int minPages) {
    memories.add(new WasmBytes().raw(0).unsigned(minPages));
    return this;
  }

  /** Defines a function; {@code code} is without its final {@code end}. */
  public WasmBuilder function(String signature, WasmCode code) {
    functions.add(new WasmBytes().unsigned(type(signature)));
    bodies.add(code.body());
    return this;
  }

  /** Defines a function and exports it. */
  public WasmBuilder export(String name, String signature, WasmCode code) {
    function(signature, code);
    return exportFunction(name, functionCount() - 1);
  }

  /** Exports the function of this index. */
  public WasmBuilder exportFunction(String name, int function) {
    return exportAs(name, FUNCTION, function);
  }

  public WasmBuilder exportTable(String name, int table) {
    return exportAs(name, TABLE, table);
  }

  public WasmBuilder exportGlobal(String name, int global) {
    return exportAs(name, GLOBAL, global);
  }

  /** Defines a global of type {@code i32}. */
  public WasmBuilder globalI32(boolean mutable, int initial) {
    return global("i32", mutable, new WasmCode().i32Const(initial));
  }

  /** Defines a global of type {@code i64}. */
  public WasmBuilder globalI64(boolean mutable, long initial) {
    return global("i64", mutable, new WasmCode().i64Const(initial));
  }

  /** Defines a table of functions without a maximum. */
  public WasmBuilder table(int minEntries) {
    tables.add(new WasmBytes().raw(0x70, 0).unsigned(minEntries));
    return this;
  }

  /** Defines a table of functions with a maximum. */
  public WasmBuilder table(int minEntries, int maxEntries) {
    tables.add(new WasmBytes().raw(0x70, 1).unsigned(minEntries).unsigned(maxEntries));
    return this;
  }

  /** Puts functions into table 0 from {@code offset} on when the module is instantiated. */
  public WasmBuilder elements(int offset, int... functions) {
    WasmBytes segment =
        new WasmBytes()
            .raw(0)
            .append(new WasmCode().i32Const(offset).expression())
            .unsigned(functions.length);
    for (int function : functions) {
      segment.unsigned(function);
    }
    elements.add(segment);
    return this;
  }

  /** Adds a segment of functions that only {@code table.init} copies. */
  public WasmBuilder passiveElements(int... functions) {
    WasmBytes segment = new WasmBytes().raw(1, 0).unsigned(functions.length);
    for (int function : functions) {
      segment.unsigned(function);
    }
    elements.add(segment);
    return this;
  }

  /** Writes bytes into the memory at {@code offset} when the module is instantiated. */
  public WasmBuilder data(int offset, byte[] bytes) {
    data.add(
        new WasmBytes()
            .raw(0)
            .append(new WasmCode().i32Const(offset).expression())
            .unsigned(bytes.length)
            .bytes(bytes));
    return this;
  }

  /** Writes text as UTF-8 into the memory at {@code offset} when the module is instantiated. */
  public WasmBuilder data(int offset, String text) {
    return data(offset, text.getBytes(StandardCharsets.UTF_8));
  }

  /** Adds a segment that only {@code memory.init} copies. */
  public WasmBuilder passiveData(byte[] bytes) {
    data.add(new WasmBytes().raw(1).unsigned(bytes.length).bytes(bytes));
    return this;
  }

  /** Runs this function when the module is instantiated. */
  public WasmBuilder start(int function) {
    starts.add(new WasmBytes().unsigned(function));
    return this;
  }

  /** Appends a custom section, which engines ignore. */
  public WasmBuilder custom(String name, byte[] content) {
    customs.add(new WasmBytes().name(name).bytes(content));
    return this;
  }

  /** The module's binary. */
  public byte[] build() {
    WasmBytes module = new WasmBytes().bytes(HEADER);
    vector(module, 1, types.stream().map(WasmBuilder::encodeType).toList());
    vector(module, 2, imports);
    vector(module, 3, functions);
    vector(module, 4, tables);
    vector(module, 5, memories);
    vector(module, 6, globals);
    vector(module, 7, exports);
    starts.forEach(start -> section(module, 8, start));
    vector(module, 9, elements);
    if (!data.isEmpty()) {
      section(module, 12, new WasmBytes().unsigned(data.size()));
    }
    vector(module, 10, bodies);
    vector(module, 11, data);
    customs.forEach(custom -> section(module, 0, custom));
    return module.toByteArray();
  }

  private WasmBuilder importAny(String module, String name, WasmBytes description) {
    if (!functions.isEmpty()) {
      throw new IllegalStateException("Imports come before the first defined function");
    }
    imports.add(new WasmBytes().name(module).name(name).append(description));
    return this;
  }

  private WasmBuilder exportAs(String name, int kind, int index) {
    exports.add(new WasmBytes().name(name).raw(kind).unsigned(index));
    return this;
  }

  private WasmBuilder global(String type, boolean mutable, WasmCode initial) {
    globals.add(
        new WasmBytes().raw(valueType(type)).raw(mutable ? 1 : 0).append(initial.expression()));
    return this;
  }

  private int functionCount() {
    return importedFunctions + functions.size();
  }

  private int type(String signature) {
    int known = types.indexOf(signature);
    if (known >= 0) {
      return known;
    }
    types.add(signature);
    return types.size() - 1;
  }

  private static void vector(WasmBytes module, int id, List<WasmBytes> entries) {
    if (!entries.isEmpty()) {
      WasmBytes content = new WasmBytes().unsigned(entries.size());
      entries.forEach(content::append);
      section(module, id, content);
    }
  }

  private static void section(WasmBytes module, int id, WasmBytes content) {
    module.raw(id).unsigned(content.size()).append(content);
  }

  private static WasmBytes encodeType(String signature) {
    int arrow = signature.indexOf("->");
    WasmBytes type = new WasmBytes().raw(0x60);
    valueTypes(type, signature.substring(1, arrow - 1));
    valueTypes(type, signature.substring(arrow + 2));
    return type;
  }

  private static void valueTypes(WasmBytes type, String commaSeparated) {
    List<String> words =
        commaSeparated.isEmpty() ? List.of() : List.of(commaSeparated.split(",", -1));
    type.unsigned(words.size());
    words.forEach(word -> type.raw(valueType(word)));
  }

  static int valueType(String word) {
    return switch (word) {
      case "i32" -> 0x7f;
      case "i64" -> 0x7e;
      case "f32" -> 0x7d;
      case "f64" -> 0x7c;
      case "v128" -> 0x7b;
      case "funcref" -> 0x70;
      case "externref" -> 0x6f;
      default -> throw new IllegalArgumentException("No value type is called '" + word + "'");
    };
  }
}
