package dev.leat.engine.chicory;

import com.dylibso.chicory.wasm.ChicoryException;
import com.dylibso.chicory.wasm.Parser;
import com.dylibso.chicory.wasm.WasmModule;
import com.dylibso.chicory.wasm.types.Export;
import com.dylibso.chicory.wasm.types.ExternalType;
import com.dylibso.chicory.wasm.types.FunctionBody;
import com.dylibso.chicory.wasm.types.FunctionImport;
import com.dylibso.chicory.wasm.types.FunctionType;
import com.dylibso.chicory.wasm.types.Import;
import com.dylibso.chicory.wasm.types.MemoryLimits;
import com.dylibso.chicory.wasm.types.OpCode;
import com.dylibso.chicory.wasm.types.ValType;
import dev.leat.contract.Finding;
import dev.leat.engine.ModuleLimits;
import dev.leat.engine.ModuleRefused;
import dev.leat.engine.ModuleShape;
import dev.leat.engine.ModuleShape.Exported;
import dev.leat.engine.ModuleShape.Imported;
import dev.leat.engine.ModuleShape.MemoryShape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Reads and validates a module, or says everything that is wrong with it. */
final class ModuleReader {
  private final ModuleLimits limits;

  ModuleReader(ModuleLimits limits) {
    this.limits = limits;
  }

  /**
   * @throws ModuleRefused if the bytes are no valid module within the limits
   */
  WasmModule read(byte[] bytes) {
    refuseIfAny(ModuleScan.findings(bytes, limits));
    WasmModule module = parse(bytes);
    refuseIfAny(findings(module));
    return module;
  }

  private static WasmModule parse(byte[] bytes) {
    try {
      return Parser.parse(bytes);
    } catch (ChicoryException e) {
      throw refused(String.valueOf(e.getMessage()));
    } catch (StackOverflowError e) {
      throw refused("its blocks are nested too deeply");
    } catch (RuntimeException e) {
      // The parser leans on the JVM's own checks for some malformed input.
      throw refused(e.getClass().getSimpleName());
    }
  }

  private static ModuleRefused refused(String reason) {
    return new ModuleRefused(
        List.of(new Finding("", "The module is malformed or does not validate: " + reason)));
  }

  private static void refuseIfAny(List<Finding> findings) {
    if (!findings.isEmpty()) {
      throw new ModuleRefused(findings);
    }
  }

  private List<Finding> findings(WasmModule module) {
    List<Finding> findings = new ArrayList<>();
    module.importSection().stream()
        .filter(imported -> imported.importType() != ExternalType.FUNCTION)
        .forEach(imported ->
            findings.add(
                new Finding(
                    "import " + imported.module() + "." + imported.name(),
                    "Only functions can be imported, this is a %s. Define it in the module."
                        .formatted(imported.importType().name().toLowerCase(Locale.ROOT)))));
    FunctionBody[] bodies = module.codeSection().functionBodies();
    for (int i = 0; i < bodies.length; i++) {
      int largest =
          bodies[i].instructions().stream()
              .filter(instruction -> instruction.opcode() == OpCode.BR_TABLE)
              .mapToInt(instruction -> instruction.labelTable().size())
              .max()
              .orElse(0);
      if (largest > limits.branchTargets()) {
        findings.add(
            new Finding(
                "br_table of function " + i,
                "It has %d targets, at most %d are allowed"
                    .formatted(largest, limits.branchTargets())));
      }
    }
    return findings;
  }

  static ModuleShape shape(WasmModule module) {
    List<Imported> imports =
        module.importSection().stream()
            .map(FunctionImport.class::cast)
            .map(imported ->
                new Imported(
                    imported.module(),
                    imported.name(),
                    signature(module.typeSection().getType(imported.typeIndex()))))
            .toList();
    List<Exported> exports = new ArrayList<>();
    Optional<MemoryShape> memory = Optional.empty();
    for (Export export : exportsOf(module)) {
      if (export.exportType() == ExternalType.FUNCTION) {
        exports.add(new Exported(export.name(), signature(functionType(module, export.index()))));
      } else if (export.exportType() == ExternalType.MEMORY && export.name().equals("memory")) {
        MemoryLimits declared = module.memorySection().orElseThrow().getMemory(0).limits();
        memory = Optional.of(new MemoryShape(declared.initialPages(), declared.maximumPages()));
      }
    }
    return new ModuleShape(imports, exports, memory);
  }

  /** The index of each exported function. */
  static Map<String, Integer> exportedFunctions(WasmModule module) {
    Map<String, Integer> functions = new HashMap<>();
    for (Export export : exportsOf(module)) {
      if (export.exportType() == ExternalType.FUNCTION) {
        functions.put(export.name(), export.index());
      }
    }
    return functions;
  }

  private static List<Export> exportsOf(WasmModule module) {
    List<Export> exports = new ArrayList<>();
    for (int i = 0; i < module.exportSection().exportCount(); i++) {
      exports.add(module.exportSection().getExport(i));
    }
    return exports;
  }

  private static FunctionType functionType(WasmModule module, int index) {
    int imported = module.importSection().count(ExternalType.FUNCTION);
    if (index >= imported) {
      return module.functionSection().getFunctionType(index - imported, module.typeSection());
    }
    Import function =
        module.importSection().stream()
            .filter(candidate -> candidate.importType() == ExternalType.FUNCTION)
            .toList()
            .get(index);
    return module.typeSection().getType(((FunctionImport) function).typeIndex());
  }

  static String signature(FunctionType type) {
    return type.params().stream().map(ModuleReader::word).collect(Collectors.joining(",", "(", ")"))
        + "->"
        + type.returns().stream().map(ModuleReader::word).collect(Collectors.joining(","));
  }

  private static String word(ValType type) {
    return type.toString().toLowerCase(Locale.ROOT);
  }
}
