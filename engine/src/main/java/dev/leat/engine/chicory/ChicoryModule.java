package dev.leat.engine.chicory;

import com.dylibso.chicory.runtime.ImportFunction;
import com.dylibso.chicory.runtime.ImportValues;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.Machine;
import com.dylibso.chicory.wasm.WasmModule;
import com.dylibso.chicory.wasm.types.FunctionImport;
import com.dylibso.chicory.wasm.types.FunctionType;
import com.dylibso.chicory.wasm.types.MemoryLimits;
import dev.leat.engine.GuestBudget;
import dev.leat.engine.GuestHeap;
import dev.leat.engine.GuestInstance;
import dev.leat.engine.GuestStopped;
import dev.leat.engine.GuestStopped.Reason;
import dev.leat.engine.HostFunction;
import dev.leat.engine.LoadedModule;
import dev.leat.engine.ModuleShape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A module whose code is compiled, with what its instances share. */
final class ChicoryModule implements LoadedModule {
  /** What a call of the host costs besides the work that it charges for: about 30 ns. */
  private static final int HOST_CALL_FUEL = 500;

  /** A global and its value at the snapshot. */
  private static final long GLOBAL_BYTES = 40;

  private final WasmModule module;
  private final Function<Instance, Machine> machines;
  private final ModuleShape shape;
  private final Map<String, Integer> functions;
  private final GuestHeap heap;
  private final long sizeBytes;

  /**
   * @param sizeBytes what the module's classes take, about
   */
  ChicoryModule(
      WasmModule module, Function<Instance, Machine> machines, GuestHeap heap, long sizeBytes) {
    this.module = module;
    this.heap = heap;
    this.sizeBytes = sizeBytes;
    this.machines = machines;
    this.shape = ModuleReader.shape(module);
    this.functions = ModuleReader.exportedFunctions(module);
  }

  @Override
  public ModuleShape shape() {
    return shape;
  }

  @Override
  public long sizeBytes() {
    return sizeBytes;
  }

  @Override
  public GuestInstance instantiate(
      List<HostFunction> hosts,
      int memoryPagesMax,
      GuestBudget budget,
      Consumer<GuestInstance> beforeStart) {
    FlatMemory memory = memory(memoryPagesMax, budget);
    try {
      return instantiate(hosts, memory, beforeStart);
    } catch (GuestStopped stopped) {
      memory.close();
      throw stopped.after(memory.fuelUsed(), memory.restedNanos());
    } catch (RuntimeException | Error e) {
      memory.close();
      throw e;
    }
  }

  private GuestInstance instantiate(
      List<HostFunction> hosts, FlatMemory memory, Consumer<GuestInstance> beforeStart) {
    List<BoundedTable> tables = new ArrayList<>();
    Self self = new Self();
    memory.requireBeside(module.globalSection().globalCount() * GLOBAL_BYTES);
    try {
      Instance instance =
          Instance.builder(module)
              .withMachineFactory(machines)
              .withMemoryFactory(limits -> memory)
              .withTableFactory((table, initial) -> {
                BoundedTable bounded = new BoundedTable(table, initial, memory);
                tables.add(bounded);
                return bounded;
              })
              .withImportValues(link(hosts, self))
              .withInitialize(false)
              .build();
      ChicoryInstance guest = new ChicoryInstance(functions, memory, tables, instance);
      self.guest = guest;
      beforeStart.accept(guest);
      instance.initialize(false); // the start function runs, an export named _start does not
      return guest;
    } catch (RuntimeException | StackOverflowError e) {
      throw ChicoryInstance.stopped(memory, e);
    }
  }

  private FlatMemory memory(int pagesMax, GuestBudget budget) {
    MemoryLimits declared = module.memorySection().orElseThrow().getMemory(0).limits();
    if (declared.initialPages() > pagesMax) {
      throw GuestStopped.because(
          Reason.MEMORY_EXCEEDED,
          "The module starts with %d pages of 64 KiB, its limit is %d"
              .formatted(declared.initialPages(), pagesMax));
    }
    try {
      return new FlatMemory(
          declared.initialPages(), Math.min(declared.maximumPages(), pagesMax), heap, budget);
    } catch (OutOfMemoryError e) {
      throw FlatMemory.noRoom(); // it is in pieces too small, though so much is free
    }
  }

  private ImportValues link(List<HostFunction> hosts, Self self) {
    ImportValues.Builder imports = ImportValues.builder();
    module.importSection().stream()
        .map(FunctionImport.class::cast)
        .forEach(wanted -> imports.addFunction(link(wanted, hosts, self)));
    return imports.build();
  }

  private ImportFunction link(FunctionImport wanted, List<HostFunction> hosts, Self self) {
    FunctionType type = module.typeSection().getType(wanted.typeIndex());
    String signature = ModuleReader.signature(type);
    HostFunction host =
        hosts.stream()
            .filter(offer ->
                offer.module().equals(wanted.module())
                    && offer.name().equals(wanted.name())
                    && offer.signature().equals(signature))
            .findFirst()
            .orElseThrow(() ->
                GuestStopped.trapped(
                    "the host offers no function %s.%s %s"
                        .formatted(wanted.module(), wanted.name(), signature)));
    boolean hasResult = !type.returns().isEmpty();
    return new ImportFunction(
        wanted.module(),
        wanted.name(),
        type,
        (instance, arguments) -> {
          GuestInstance guest = self.guest();
          guest.charge(HOST_CALL_FUEL);
          long result = host.body().call(guest, arguments);
          return hasResult ? new long[] {result} : null;
        });
  }

  /** The instance that its own imports are linked to before it exists. */
  private static final class Self {
    private @Nullable GuestInstance guest;

    GuestInstance guest() {
      GuestInstance linked = guest;
      if (linked == null) {
        throw new IllegalStateException("The host was called before there was an instance");
      }
      return linked;
    }
  }
}
