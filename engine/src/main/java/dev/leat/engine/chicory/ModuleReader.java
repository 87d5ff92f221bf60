package dev.leat.engine.chicory;

import com.dylibso.chicory.wasm.ChicoryException;
import com.dylibso.chicory.wasm.Parser;
import com.dylibso.chicory.wasm.WasmModule;
import com.dylibso.chicory.wasm.types.Export;
import com.dylibso.chicory.wasm.types.ExternalType;
import com.dylibso.chicory.wasm.types.FunctionImport;
import com.dylibso.chicory.wasm.types.FunctionType;
import com.dylibso.chicory.wasm.types.MemoryLimits;
import com.dylibso.chicory.wasm.types.NameCustomSection;
import com.dylibso.chicory.wasm.types.ValType;
import dev.leat.contract.Finding;
import dev.leat.engine.ModuleLimits;
import dev.leat.engine.ModuleRefused;
import dev.leat.engine.ModuleShape;
import dev.leat.engine.ModuleShape.Exported;
import dev.leat.engine.ModuleShape.Imported;
import dev.leat.engine.ModuleShape.MemoryShape;
import java.io.ByteArrayInputStream;
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
   * What reading and compiling the module takes, found without building anything.
   *
   * @throws ModuleRefused if the bytes break a limit
   */
  CompileNeed scan(byte[] bytes) {
    return ModuleScan.check(bytes, limits);
  }

  /**
   * @param bytes that {@link #scan} let through
   * @throws ModuleRefused if they are no valid module
   */
  static WasmModule read(byte[] bytes) {
    WasmModule module = parse(bytes);
    List<Finding> findings = ModuleCheck.findings(module);
    if (!findings.isEmpty()) {
      throw new ModuleRefused(findings);
    }
    return module;
  }

  private static WasmModule parse(byte[] bytes) {
    try {
      // Chicory's parser of name sections is quadratic, and nothing here needs the names: an empty
      // section stands for any.
      return Parser.builder()
          .withCustomParsers(Map.of("name", names -> NameCustomSection.parse(new byte[0])))
          .build()
          .parse(() -> new ByteArrayInputStream(bytes));
    } catch (ChicoryException e) {
      throw refused(String.valueOf(e.getMessage()));
    } catch (StackOverflowError e) {
      throw refused("its blocks are nested too deeply");
    } catch (RuntimeException | AssertionError e) {
      // The parser leans on the JVM's own checks, and on assertions, for some malformed input.
      throw refused(e.getClass().getSimpleName());
    }
  }

  private static ModuleRefused refused(String reason) {
    return new ModuleRefused(
        List.of(new Finding("", "The module is malformed or does not validate: " + reason)));
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
        int index = export.index();
        String signature =
            index < imports.size()
                ? imports.get(index).signature()
                : signature(
                    module
                        .functionSection()
                        .getFunctionType(index - imports.size(), module.typeSection()));
        exports.add(new Exported(export.name(), signature));
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

  static List<Export> exportsOf(WasmModule module) {
    List<Export> exports = new ArrayList<>();
    for (int i = 0; i < module.exportSection().exportCount(); i++) {
      exports.add(module.exportSection().getExport(i));
    }
    return exports;
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
