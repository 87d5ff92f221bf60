package dev.leat.engine.chicory;

import com.dylibso.chicory.wasm.WasmModule;
import com.dylibso.chicory.wasm.types.AnnotatedInstruction;
import com.dylibso.chicory.wasm.types.OpCode;
import com.dylibso.chicory.wasm.types.Table;
import dev.leat.contract.GuestContract;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.ModuleReport;
import dev.leat.contract.ModuleReport.Section;
import dev.leat.contract.ModuleReport.Suspect;
import dev.leat.engine.ModuleShape;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Makes the report of a module that was read and validated. */
final class ModuleSurvey {
  private static final int HEADER = 8;
  private static final int CUSTOM = 0;
  private static final int DATA = 11;

  /** By their ids (Wasm Core 2.0, 5.5.2). */
  private static final List<String> NAMES =
      List.of(
          "custom",
          "type",
          "import",
          "function",
          "table",
          "memory",
          "global",
          "export",
          "start",
          "element",
          "code",
          "data",
          "data count",
          "tag");

  private final byte[] bytes;
  private final WasmModule module;
  private final ModuleBytes in;
  private final List<Section> sections = new ArrayList<>();
  private final List<Suspect> suspects = new ArrayList<>();
  private int segments;
  private long dataBytes;

  private ModuleSurvey(byte[] bytes, WasmModule module) {
    this.bytes = bytes;
    this.module = module;
    this.in = new ModuleBytes(bytes);
  }

  static ModuleReport of(byte[] bytes, WasmModule module) {
    ModuleSurvey survey = new ModuleSurvey(bytes, module);
    survey.walk();
    return survey.report();
  }

  private void walk() {
    in.moveTo(HEADER);
    while (!in.isAtEnd()) {
      int id = in.next();
      int size = in.length();
      int end = in.at() + size;
      if (id == DATA) {
        segments();
      }
      sections.add(new Section(id == CUSTOM ? customName() : NAMES.get(id), id == CUSTOM, size));
      in.moveTo(end);
    }
  }

  private String customName() {
    int length = in.length();
    return new String(bytes, in.at(), length, StandardCharsets.UTF_8);
  }

  private void segments() {
    int start = in.at();
    segments = (int) in.number();
    for (int i = 0; i < segments; i++) {
      long mode = in.number();
      if (mode == 2) {
        in.number();
      }
      if (mode != 1) {
        skipConstant();
      }
      int size = in.length();
      dataBytes += size;
      suspects.addAll(SecretPatterns.find(bytes, in.at(), size));
      in.skip(size);
    }
    in.moveTo(start);
  }

  /** It was found to be well-formed before. */
  private void skipConstant() {
    while (true) {
      switch (in.next()) {
        case 0x0b -> {
          return;
        }
        case 0x23, 0x41, 0xd0, 0xd2 -> in.leb(5);
        case 0x42 -> in.leb(10);
        case 0x43 -> in.skip(4);
        case 0x44 -> in.skip(8);
        default -> {} // adds, subtracts, multiplies
      }
    }
  }

  private ModuleReport report() {
    ModuleShape shape = ModuleReader.shape(module);
    return new ModuleReport(
        ModuleDigest.of(bytes).toString(),
        bytes.length,
        Stream.of(GuestContract.values())
            .filter(contract -> shape.mismatches(contract).isEmpty())
            .map(GuestContract::word)
            .toList(),
        shape.imports().stream()
            .map(it -> new ModuleReport.Imported(it.module(), it.name(), it.signature()))
            .toList(),
        shape.exports().stream()
            .map(it -> new ModuleReport.Exported(it.name(), it.signature()))
            .toList(),
        shape
            .memory()
            .map(it -> new ModuleReport.Memory(it.minPages(), it.maxPages()))
            .orElse(null),
        tables(),
        module.functionSection().functionCount(),
        new ModuleReport.Data(segments, dataBytes),
        List.copyOf(features()),
        sections,
        suspects.stream().limit(SecretPatterns.TOLD_MAX).toList());
  }

  private List<ModuleReport.Table> tables() {
    List<ModuleReport.Table> tables = new ArrayList<>();
    for (int i = 0; i < module.tableSection().tableCount(); i++) {
      Table table = module.tableSection().getTable(i);
      tables.add(new ModuleReport.Table(table.limits().min(), table.limits().max()));
    }
    return tables;
  }

  private NavigableSet<String> features() {
    Set<OpCode> used = EnumSet.noneOf(OpCode.class);
    for (int i = 0; i < module.codeSection().functionBodyCount(); i++) {
      for (AnnotatedInstruction each : module.codeSection().getFunctionBody(i).instructions()) {
        used.add(each.opcode());
      }
    }
    NavigableSet<String> features = new TreeSet<>();
    used.forEach(opcode -> feature(opcode).ifPresent(features::add));
    for (int i = 0; i < module.typeSection().subTypeCount(); i++) {
      if (module.typeSection().getType(i).returns().size() > 1) {
        features.add("multi-value");
      }
    }
    return features;
  }

  /** The proposal that brought the instruction. */
  private static Optional<String> feature(OpCode opcode) {
    String name = opcode.name();
    if (name.matches("(MEMORY|TABLE)_(COPY|FILL|INIT)|DATA_DROP|ELEM_DROP")) {
      return Optional.of("bulk-memory");
    }
    if (name.matches("I(32|64)_EXTEND_(8|16|32)_S")) {
      return Optional.of("sign-extension");
    }
    if (name.contains("TRUNC_SAT") && !name.contains("x")) {
      return Optional.of("nontrapping-fptoint");
    }
    if (name.matches("REF_.*|TABLE_(GET|SET|SIZE|GROW)|SELECT_T")) {
      return Optional.of("reference-types");
    }
    if (name.startsWith("RETURN_CALL")) {
      return Optional.of("tail-call");
    }
    return name.matches("(V128|[IF]\\d+x\\d+)_.*") ? Optional.of("simd") : Optional.empty();
  }
}
