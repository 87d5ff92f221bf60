package dev.leat.bench;

import com.dylibso.chicory.compiler.MachineFactoryCompiler;
import com.dylibso.chicory.runtime.HostFunction;
import com.dylibso.chicory.runtime.ImportValues;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.Machine;
import com.dylibso.chicory.wasm.Parser;
import com.dylibso.chicory.wasm.WasmModule;
import com.dylibso.chicory.wasm.types.FunctionImport;
import com.dylibso.chicory.wasm.types.FunctionType;
import java.util.function.Function;

/** A module on Chicory as it comes, compiled: no fuel, no limits, a new instance for each reset. */
final class StockGuest implements Guest, Kernel {
  private final WasmModule module;
  private final Function<Instance, Machine> machines;
  private final ImportValues stubs;
  private Instance instance;

  StockGuest(byte[] bytes) {
    this.module = Parser.parse(bytes);
    this.machines = MachineFactoryCompiler.compile(module);
    this.stubs = stubs(module);
    this.instance = instantiate();
  }

  private static ImportValues stubs(WasmModule module) {
    ImportValues.Builder imports = ImportValues.builder();
    module.importSection().stream()
        .map(FunctionImport.class::cast)
        .forEach(wanted -> {
          FunctionType type = module.typeSection().getType(wanted.typeIndex());
          long[] result = new long[type.returns().size()];
          imports.addFunction(
              new HostFunction(
                  wanted.module(), wanted.name(), type, (caller, arguments) -> result));
        });
    return imports.build();
  }

  private Instance instantiate() {
    return Instance.builder(module)
        .withMachineFactory(machines)
        .withImportValues(stubs)
        .withStart(false)
        .build();
  }

  @Override
  public int function(String export) {
    for (int i = 0; i < module.exportSection().exportCount(); i++) {
      if (module.exportSection().getExport(i).name().equals(export)) {
        return module.exportSection().getExport(i).index();
      }
    }
    throw new IllegalArgumentException("The module exports no " + export);
  }

  @Override
  public long call(int function, long... arguments) {
    long[] results = instance.getMachine().call(function, arguments);
    return results == null || results.length == 0 ? 0 : results[0];
  }

  @Override
  public void write(int pointer, byte[] bytes) {
    instance.memory().write(pointer, bytes);
  }

  @Override
  public byte[] read(int pointer, int length) {
    return instance.memory().readBytes(pointer, length);
  }

  @Override
  public void renew() {
    instance = instantiate();
  }

  @Override
  public Timing run(int times) {
    return Guest.timed(this, times);
  }
}
