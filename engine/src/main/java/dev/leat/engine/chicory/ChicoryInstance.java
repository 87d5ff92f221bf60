package dev.leat.engine.chicory;

import com.dylibso.chicory.runtime.GlobalInstance;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.Machine;
import com.dylibso.chicory.wasm.ChicoryException;
import com.dylibso.chicory.wasm.types.Element;
import com.dylibso.chicory.wasm.types.MutabilityType;
import dev.leat.engine.GuestBudget;
import dev.leat.engine.GuestInstance;
import dev.leat.engine.GuestMemory;
import dev.leat.engine.GuestStopped;
import dev.leat.engine.GuestStopped.Reason;
import dev.leat.engine.ModuleShape;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A guest on Chicory's compiled code and our own memory and tables. */
final class ChicoryInstance implements GuestInstance {
  /** What entering the guest costs, so that no call is free. */
  private static final int ENTRY_FUEL = 10;

  private static final long[] NO_RESULTS = new long[0];

  private final Map<String, Integer> functions;
  private final FlatMemory memory;
  private final List<BoundedTable> tables;
  private final Instance instance;
  private final Machine machine;

  private List<GlobalInstance> mutableGlobals = List.of();
  private long[] baseGlobals = new long[0];
  private Element[] baseElements = new Element[0];
  private @Nullable Object attachment;

  /**
   * @param functions the index of each exported function
   * @param tables all of the instance's tables
   */
  ChicoryInstance(
      Map<String, Integer> functions,
      FlatMemory memory,
      List<BoundedTable> tables,
      Instance instance) {
    this.functions = functions;
    this.memory = memory;
    this.tables = tables;
    this.instance = instance;
    this.machine = instance.getMachine();
  }

  @Override
  public void begin(GuestBudget budget) {
    memory.begin(budget);
  }

  @Override
  public int function(String exportName) {
    return Objects.requireNonNullElse(functions.get(exportName), -1);
  }

  @Override
  public long call(int function, long... arguments) {
    long[] results = results(function, arguments);
    return results.length == 0 ? 0 : results[0];
  }

  /** Calls a function of any number of results. */
  long[] results(int function, long... arguments) {
    try {
      memory.charge(ENTRY_FUEL);
      long[] results = machine.call(function, arguments);
      memory.charge(0); // the last instructions are paid for without looking at what is left
      return results == null ? NO_RESULTS : results;
    } catch (RuntimeException | StackOverflowError e) {
      throw stopped(memory, e);
    }
  }

  long exportedGlobal(String export) {
    return instance.exports().global(export).getValue();
  }

  ModuleShape shape() {
    return ModuleReader.shape(instance.module());
  }

  /** What guest code was ended by, whatever it threw. */
  static GuestStopped stopped(FlatMemory memory, Throwable thrown) {
    return switch (thrown) {
      case GuestStopped stopped ->
          stopped.reason() == Reason.TRAPPED ? trap(memory, stopped.detail()) : stopped;
      case ChicoryException e ->
          e.getCause() instanceof StackOverflowError
              ? stackExhausted()
              : trap(memory, String.valueOf(e.getMessage()));
      case StackOverflowError _ -> stackExhausted();
      // Compiled code leans on the JVM's own checks (array bounds, null, class cast).
      default -> trap(memory, thrown.getClass().getSimpleName());
    };
  }

  private static GuestStopped stackExhausted() {
    return GuestStopped.because(Reason.STACK_EXHAUSTED, "call stack exhausted");
  }

  private static GuestStopped trap(FlatMemory memory, String detail) {
    Reason refused = memory.growthRefused();
    return refused == null
        ? GuestStopped.trapped(detail)
        : GuestStopped.because(refused, detail + ", after its memory could not grow");
  }

  @Override
  public GuestMemory memory() {
    return memory;
  }

  @Override
  public void charge(long fuel) {
    memory.charge(fuel);
  }

  @Override
  public void restUntil(long nanoTime) {
    memory.restUntil(nanoTime);
  }

  @Override
  public boolean restUntilDone(CompletableFuture<?> work, Duration atMost) {
    return memory.restUntilDone(work, atMost.toNanos());
  }

  @Override
  public long restedNanos() {
    return memory.restedNanos();
  }

  @Override
  public long fuelUsed() {
    return memory.fuelUsed();
  }

  @Override
  public long copiedBytes() {
    return memory.copiedBytes();
  }

  @Override
  public long peakMemoryBytes() {
    return memory.peakBytes();
  }

  @Override
  public long heldBytes() {
    return memory.heldBytes();
  }

  @Override
  public void snapshot() {
    memory.snapshot();
    tables.forEach(BoundedTable::snapshot);
    List<GlobalInstance> globals = new ArrayList<>();
    for (int i = 0; i < instance.globalCount(); i++) {
      if (instance.global(i).getMutabilityType() == MutabilityType.Var) {
        globals.add(instance.global(i));
      }
    }
    mutableGlobals = globals;
    baseGlobals = globals.stream().mapToLong(GlobalInstance::getValue).toArray();
    baseElements = new Element[instance.elementCount()];
    for (int i = 0; i < baseElements.length; i++) {
      baseElements[i] = instance.element(i);
    }
  }

  @Override
  public void reset() {
    memory.reset();
    for (int i = 0; i < baseGlobals.length; i++) {
      mutableGlobals.get(i).setValue(baseGlobals[i]);
    }
    for (BoundedTable table : tables) {
      table.restore();
    }
    for (int i = 0; i < baseElements.length; i++) {
      instance.setElement(i, baseElements[i]);
    }
  }

  @Override
  public void close() {
    memory.close();
  }

  @Override
  public @Nullable Object attachment() {
    return attachment;
  }

  @Override
  public void attach(@Nullable Object attachment) {
    this.attachment = attachment;
  }
}
