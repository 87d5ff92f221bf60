package dev.leat.engine.chicory;

import com.dylibso.chicory.wasm.WasmModule;
import com.dylibso.chicory.wasm.types.AnnotatedInstruction;
import com.dylibso.chicory.wasm.types.Export;
import com.dylibso.chicory.wasm.types.ExternalType;
import com.dylibso.chicory.wasm.types.FunctionBody;
import com.dylibso.chicory.wasm.types.FunctionImport;
import com.dylibso.chicory.wasm.types.Import;
import com.dylibso.chicory.wasm.types.MemorySection;
import com.dylibso.chicory.wasm.types.OpCode;
import com.dylibso.chicory.wasm.types.WasmEncoding;
import dev.leat.contract.Finding;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a module that validates must keep to besides: what Chicory's validator leaves for the time
 * when the module is instantiated, and what a platform for functions cannot run.
 */
final class ModuleCheck {
  private static final int FINDINGS_MAX = 20;

  /** Exceptions and garbage-collected references: they would grow the host's heap unmetered. */
  private static final Set<OpCode> UNSUPPORTED =
      Stream.of(OpCode.values())
          .filter(opcode ->
              opcode.name().matches("(STRUCT|ARRAY|THROW|TRY|REF_I31|I31|ANY|EXTERN)_?.*"))
          .collect(Collectors.toUnmodifiableSet());

  private final WasmModule module;
  private final List<Finding> findings = new ArrayList<>();

  private ModuleCheck(WasmModule module) {
    this.module = module;
  }

  /**
   * Everything that is wrong with it, up to a bound; empty when nothing is.
   *
   * @param module that was parsed and validated
   */
  static List<Finding> findings(WasmModule module) {
    ModuleCheck check = new ModuleCheck(module);
    check.imports();
    check.memory();
    check.exports();
    check.code();
    return check.findings.stream().limit(FINDINGS_MAX).toList();
  }

  private void imports() {
    for (Import imported : module.importSection().stream().toList()) {
      String at = "import " + imported.module() + "." + imported.name();
      if (!(imported instanceof FunctionImport function)) {
        add(
            at,
            "Only functions can be imported, this is a %s. Define it in the module."
                .formatted(imported.importType().name().toLowerCase(Locale.ROOT)));
      } else if (function.typeIndex() < 0
          || function.typeIndex() >= module.typeSection().subTypeCount()) {
        add(
            at,
            "It has the type of the index %s, and the module has %d types"
                .formatted(
                    Integer.toUnsignedString(function.typeIndex()),
                    module.typeSection().subTypeCount()));
      }
    }
  }

  private void memory() {
    if (count(ExternalType.MEMORY) == 0) {
      add("memory", "The module must define a memory and export it as 'memory'");
    }
  }

  /** Wasm Core 2.0, 3.4.10: what is exported exists, and each name is used once. */
  private void exports() {
    Set<String> names = new HashSet<>();
    for (Export export : ModuleReader.exportsOf(module)) {
      String at = "export " + export.name();
      if (!names.add(export.name())) {
        add(at, "The module exports this name twice");
      }
      String kind = export.exportType().name().toLowerCase(Locale.ROOT);
      int there = count(export.exportType());
      if (export.index() < 0 || export.index() >= there) {
        add(
            at,
            "It exports the %s of the index %s, and the module has %d of that kind"
                .formatted(kind, Integer.toUnsignedString(export.index()), there));
      }
    }
  }

  private int count(ExternalType kind) {
    int defined =
        switch (kind) {
          case FUNCTION -> module.functionSection().functionCount();
          case TABLE -> module.tableSection().tableCount();
          case MEMORY -> module.memorySection().map(MemorySection::memoryCount).orElse(0);
          case GLOBAL -> module.globalSection().globalCount();
          case TAG -> 0;
        };
    return defined + module.importSection().count(kind);
  }

  private void code() {
    FunctionBody[] bodies = module.codeSection().functionBodies();
    for (int i = 0; i < bodies.length && findings.size() < FINDINGS_MAX; i++) {
      for (AnnotatedInstruction instruction : bodies[i].instructions()) {
        Optional<String> unsupported = unsupported(instruction);
        if (unsupported.isPresent()) {
          add("function " + i, unsupported.get());
          break;
        }
      }
    }
  }

  private static Optional<String> unsupported(AnnotatedInstruction instruction) {
    OpCode opcode = instruction.opcode();
    if (UNSUPPORTED.contains(opcode)) {
      return Optional.of("The instruction %s is not supported".formatted(opcode));
    }
    if (opcode.name().contains("ATOMIC")
        && OpCode.signature(opcode).contains(WasmEncoding.MEMARG)
        && instruction.operand(1) > Integer.MAX_VALUE) {
      // It would always trap, but Chicory's operation adds offsets as signed numbers.
      return Optional.of("An atomic access has the offset " + instruction.operand(1));
    }
    return Optional.empty();
  }

  private void add(String at, String what) {
    findings.add(new Finding(at, what));
  }
}
