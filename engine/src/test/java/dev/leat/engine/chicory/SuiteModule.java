package dev.leat.engine.chicory;

import dev.leat.testkit.WasmBytes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A module of the core suite, made into one that a function platform can express: the memory, table
 * and globals that it imports from {@code spectest} become its own, and one without a memory gets
 * an empty one. Its indices stay as they are, since imported things are numbered before defined
 * ones. The module must be well-formed up to its sections.
 */
final class SuiteModule {
  private static final int HEADER = 8;
  private static final List<Integer> ORDER = List.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 10, 11);
  private static final int IMPORT = 2;
  private static final int TABLE = 4;
  private static final int MEMORY = 5;

  /** The host's globals, by name: type, immutable, a constant of 666 or 666.6. */
  private static final Map<String, byte[]> GLOBALS =
      Map.of(
          "global_i32", bytes(0x7f, 0, 0x41, 0x9a, 0x05, 0x0b),
          "global_i64", bytes(0x7e, 0, 0x42, 0x9a, 0x05, 0x0b),
          "global_f32", bytes(0x7d, 0, 0x43, 0x66, 0xa6, 0x26, 0x44, 0x0b),
          "global_f64", bytes(0x7c, 0, 0x44, 0xcd, 0xcc, 0xcc, 0xcc, 0xcc, 0xd4, 0x84, 0x40, 0x0b));

  /** From 10 to 20 functions. */
  private static final byte[] HOST_TABLE = bytes(0x70, 1, 10, 20);

  /** From 1 to 2 pages. */
  private static final byte[] HOST_MEMORY = bytes(1, 1, 2);

  private final ModuleBytes in;
  private final byte[] module;
  private final Map<Integer, byte[]> sections = new HashMap<>();
  private final List<String> foreign = new ArrayList<>();

  /** Bytes of what was imported and is defined now, by section. */
  private final Map<Integer, Integer> importedBytes = new HashMap<>();

  SuiteModule(byte[] module) {
    this.module = module;
    this.in = new ModuleBytes(module);
    in.moveTo(HEADER);
    while (!in.isAtEnd()) {
      int id = in.next();
      int size = in.length();
      byte[] content = Arrays.copyOfRange(module, in.at(), in.at() + size);
      if (id != 0) {
        sections.put(id, content);
      }
      in.skip(size);
    }
    importsToDefinitions();
    sections.merge(MEMORY, bytes(1, 0, 0), (own, empty) -> own[0] == 0 ? empty : own);
  }

  /** What it imports besides functions that the host has not, such as {@code M.table}. */
  List<String> foreign() {
    return foreign;
  }

  byte[] expressible() {
    WasmBytes out = new WasmBytes().bytes(Arrays.copyOf(module, HEADER));
    for (int id : ORDER) {
      byte[] content = sections.get(id);
      if (content != null) {
        out.raw(id).unsigned(content.length).bytes(content);
      }
    }
    return out.toByteArray();
  }

  private void importsToDefinitions() {
    byte[] imports = sections.get(IMPORT);
    if (imports == null) {
      return;
    }
    ModuleBytes all = new ModuleBytes(imports);
    WasmBytes kept = new WasmBytes();
    int keptCount = 0;
    for (long left = all.number(); left > 0; left--) {
      int start = all.at();
      String from = name(all, imports);
      String name = name(all, imports);
      int kind = all.next();
      int described = all.at();
      skipDescription(all, kind);
      byte[] description = Arrays.copyOfRange(imports, described, all.at());
      Optional<byte[]> own =
          from.equals("spectest") ? definition(kind, name, description) : Optional.empty();
      if (own.isPresent()) {
        prepend(kind + TABLE - 1, own.get());
      } else {
        kept.bytes(Arrays.copyOfRange(imports, start, all.at()));
        keptCount++;
        if (kind != 0) {
          foreign.add(from + "." + name);
        }
      }
    }
    if (keptCount == 0) {
      sections.remove(IMPORT);
    } else {
      sections.put(
          IMPORT, new WasmBytes().unsigned(keptCount).bytes(kept.toByteArray()).toByteArray());
    }
  }

  /** What the host would give, if it has something of the name that is as the import wants it. */
  private static Optional<byte[]> definition(int kind, String name, byte[] wanted) {
    return switch (kind) {
      case 1 -> {
        byte[] limits = Arrays.copyOfRange(wanted, 1, wanted.length);
        yield name.equals("table") && wanted[0] == HOST_TABLE[0] && hold(limits, 10, 20)
            ? Optional.of(HOST_TABLE)
            : Optional.empty();
      }
      case 2 ->
          name.equals("memory") && hold(wanted, 1, 2) ? Optional.of(HOST_MEMORY) : Optional.empty();
      case 3 ->
          Optional.ofNullable(GLOBALS.get(name))
              .filter(own -> own[0] == wanted[0] && own[1] == wanted[1]);
      default -> Optional.empty();
    };
  }

  private static boolean hold(byte[] limits, long min, long max) {
    ModuleBytes in = new ModuleBytes(limits);
    int flags = in.next();
    return in.number() <= min && (flags == 0 || in.number() >= max);
  }

  private void prepend(int section, byte[] definition) {
    byte[] others = sections.getOrDefault(section, bytes(0));
    ModuleBytes count = new ModuleBytes(others);
    int after = (int) count.number() + 1;
    byte[] rest = Arrays.copyOfRange(others, count.at(), others.length);
    // Later imports come after earlier ones, and all of them before what was defined.
    int imported =
        importedBytes.merge(section, definition.length, Integer::sum) - definition.length;
    sections.put(
        section,
        new WasmBytes()
            .unsigned(after)
            .bytes(Arrays.copyOf(rest, imported))
            .bytes(definition)
            .bytes(Arrays.copyOfRange(rest, imported, rest.length))
            .toByteArray());
  }

  private static String name(ModuleBytes in, byte[] bytes) {
    int length = in.length();
    String name = new String(bytes, in.at(), length, StandardCharsets.UTF_8);
    in.skip(length);
    return name;
  }

  private static void skipDescription(ModuleBytes in, int kind) {
    switch (kind) {
      case 0 -> in.number();
      case 1 -> {
        in.next();
        skipLimits(in);
      }
      case 2 -> skipLimits(in);
      default -> in.skip(2);
    }
  }

  private static void skipLimits(ModuleBytes in) {
    int flags = in.next();
    in.number();
    if (flags != 0) {
      in.number();
    }
  }

  private static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }
}
