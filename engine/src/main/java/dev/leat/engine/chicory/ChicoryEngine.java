package dev.leat.engine.chicory;

import com.dylibso.chicory.compiler.InterpreterFallback;
import com.dylibso.chicory.compiler.internal.Compiler;
import com.dylibso.chicory.wasm.Parser;
import com.dylibso.chicory.wasm.WasmModule;
import dev.leat.contract.Finding;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.ModuleReport;
import dev.leat.contract.TenantId;
import dev.leat.contract.trace.Steps;
import dev.leat.engine.ClassStore;
import dev.leat.engine.CompileBudget;
import dev.leat.engine.CompilerBusy;
import dev.leat.engine.EngineCounts;
import dev.leat.engine.GuestHeap;
import dev.leat.engine.Inspection;
import dev.leat.engine.LoadedModule;
import dev.leat.engine.ModuleAnalyzer;
import dev.leat.engine.ModuleInspector;
import dev.leat.engine.ModuleLimits;
import dev.leat.engine.ModuleLoader;
import dev.leat.engine.ModuleRefused;
import dev.leat.engine.ModuleShape;
import dev.leat.engine.ModuleTampered;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Inspects, compiles and loads modules. What was compiled once is kept and only loaded from then
 * on. A function that the compiler cannot turn into one JVM method would run in an interpreter
 * whose loops nothing stops, so its module is refused.
 */
public final class ChicoryEngine
    implements ModuleInspector, ModuleAnalyzer, ModuleLoader, EngineCounts {
  /** The name of a module's main class; the others' begin with it. */
  static final String MAIN_CLASS = "dev.leat.guest.Module";

  private final ModuleReader reader;
  private final SealedClasses classes;
  private final GuestHeap heap;
  private final Consumer<ModuleTampered> alarm;
  private final LongAdder compiledModules = new LongAdder();
  private final CompileRoom room;

  /**
   * @param budget what compiling may take
   * @param store where compiled modules are kept
   * @param heap what guests' memories are taken from
   * @param alarm told of stored modules and classes that were changed
   */
  public ChicoryEngine(
      ModuleLimits limits,
      CompileBudget budget,
      ClassStore store,
      GuestHeap heap,
      Consumer<ModuleTampered> alarm) {
    this.alarm = alarm;
    this.heap = heap;
    this.room = new CompileRoom(budget);
    this.reader = new ModuleReader(limits);
    this.classes = new SealedClasses(store);
  }

  /** An engine that raises no alarm. */
  public ChicoryEngine(
      ModuleLimits limits, CompileBudget budget, ClassStore store, GuestHeap heap) {
    this(limits, budget, store, heap, tampered -> {});
  }

  /** An engine that keeps nothing, and guests that share no bound. */
  public ChicoryEngine(ModuleLimits limits) {
    this(limits, CompileBudget.ofThisJvm(), ClassStore.none(), GuestHeap.unbounded());
  }

  @Override
  public Inspection inspect(TenantId tenant, byte[] module) {
    return inspect(
        () -> read(tenant, module, (parsed, clock) -> ModuleReader.shape(parsed.module())));
  }

  /**
   * Inspects as {@link #inspect} does and compiles too, unless that was done before and what was
   * stored then is whole, so that a module which is accepted will load, and without compiling
   * again. Takes 20 ms for a small module, seconds for one of megabytes.
   */
  public Inspection inspectAndCompile(TenantId tenant, byte[] module) {
    Steps steps = Steps.current(); // its thread is another
    return inspect(() ->
        read(
            tenant,
            module,
            (parsed, clock) -> {
              ModuleShape shape = ModuleReader.shape(parsed.module());
              ModuleDigest digest = ModuleDigest.of(module);
              if (!hasClasses(digest)) {
                steps.time("compile", () -> compile(digest, module, parsed, clock));
              }
              return shape;
            }));
  }

  private boolean hasClasses(ModuleDigest digest) {
    try {
      return classes.load(digest).isPresent();
    } catch (ModuleTampered e) {
      alarm.accept(e);
      return false;
    }
  }

  /**
   * The shape of a module that was accepted before, without reading its code again. Takes
   * milliseconds, and no turn.
   */
  public Inspection inspectAccepted(TenantId tenant, byte[] module) {
    return inspect(() -> ModuleReader.shape(Parser.parse(ModuleStripper.strip(module))));
  }

  @Override
  public ModuleReport analyze(TenantId tenant, byte[] module) {
    return read(tenant, module, (parsed, clock) -> ModuleSurvey.of(module, parsed.module()));
  }

  private static Inspection inspect(Supplier<ModuleShape> shape) {
    try {
      return new Inspection.Accepted(shape.get());
    } catch (ModuleRefused refused) {
      return new Inspection.Refused(refused.findings());
    } catch (CompilerBusy busy) {
      return new Inspection.Busy(busy.reason());
    }
  }

  @Override
  public LoadedModule load(TenantId tenant, ModuleDigest digest, byte[] module) {
    CompiledModule compiled;
    try {
      if (!ModuleDigest.of(module).equals(digest)) {
        throw new ModuleTampered(digest, ModuleTampered.Part.BYTES);
      }
      compiled =
          classes
              .load(digest)
              .orElseGet(() ->
                  read(tenant, module, (parsed, clock) -> compile(digest, module, parsed, clock)));
    } catch (ModuleTampered e) {
      alarm.accept(e);
      throw e;
    }
    return new ChicoryModule(
        Parser.parse(compiled.stripped()),
        new GuestClassLoader(compiled.classFiles()).machines(MAIN_CLASS),
        heap,
        compiled.loadedBytes());
  }

  /** Removes what was stored of a module that is no more; loading it would compile it again. */
  public void forget(ModuleDigest module) {
    classes.delete(module);
  }

  @Override
  public long compiledModules() {
    return compiledModules.sum();
  }

  /** Checks the module and does the work on what is read, within the compile budget. */
  private <T> T read(TenantId tenant, byte[] module, BiFunction<Measured, CompileClock, T> work) {
    CompileNeed need = reader.scan(module);
    return room.run(
        tenant,
        need.heapBytes(),
        clock -> work.apply(new Measured(ModuleReader.read(module), need), clock));
  }

  private CompiledModule compile(
      ModuleDigest digest, byte[] module, Measured parsed, CompileClock clock) {
    CompiledModule compiled =
        new CompiledModule(
            ModuleStripper.strip(module), parsed.need().declarationBytes(), compile(parsed, clock));
    compiledModules.increment();
    classes.save(digest, compiled);
    return compiled;
  }

  private static Map<String, byte[]> compile(Measured module, CompileClock clock) {
    try {
      clock.look();
      Map<String, byte[]> rewritten = new LinkedHashMap<>();
      Compiler.builder(module.module())
          .withClassName(MAIN_CLASS)
          .withInterpreterFallback(InterpreterFallback.FAIL)
          .withMaxFunctionsPerClass(module.need().functionsPerClass())
          .withClassCollectorFactory(clock::collector)
          .build()
          .compile()
          .classBytes()
          .forEach((name, classFile) -> {
            clock.look();
            // Chicory writes some names with slashes.
            rewritten.put(name.replace('/', '.'), GuestCodePass.rewrite(classFile));
          });
      return rewritten;
    } catch (ModuleRefused e) {
      throw e;
    } catch (StackOverflowError e) {
      throw refused("its blocks are nested too deeply");
    } catch (RuntimeException | AssertionError e) {
      // ASM says by exceptions of its own when a method or class grows beyond the JVM's bounds.
      throw refused(e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage());
    }
  }

  private static ModuleRefused refused(String reason) {
    return new ModuleRefused(List.of(new Finding("", "The module cannot be compiled: " + reason)));
  }

  /** A module that was read, and what compiling it takes. */
  private record Measured(WasmModule module, CompileNeed need) {}
}
