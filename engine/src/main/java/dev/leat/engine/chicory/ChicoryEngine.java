package dev.leat.engine.chicory;

import com.dylibso.chicory.compiler.InterpreterFallback;
import com.dylibso.chicory.compiler.internal.ByteClassCollector;
import com.dylibso.chicory.compiler.internal.Compiler;
import com.dylibso.chicory.wasm.Parser;
import com.dylibso.chicory.wasm.WasmModule;
import dev.leat.contract.Finding;
import dev.leat.contract.ModuleDigest;
import dev.leat.engine.ClassStore;
import dev.leat.engine.GuestHeap;
import dev.leat.engine.Inspection;
import dev.leat.engine.LoadedModule;
import dev.leat.engine.ModuleInspector;
import dev.leat.engine.ModuleLimits;
import dev.leat.engine.ModuleLoader;
import dev.leat.engine.ModuleRefused;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;

/**
 * Inspects, compiles and loads modules. What was compiled once is kept and only loaded from then
 * on. A function that the compiler cannot turn into one JVM method would run in an interpreter
 * whose loops nothing stops, so its module is refused.
 */
public final class ChicoryEngine implements ModuleInspector, ModuleLoader {
  /** The name of a module's main class; the others' begin with it. */
  static final String MAIN_CLASS = "dev.leat.guest.Module";

  /** Metaspace and compiled code take a few times what class files do. */
  private static final long LOADED_PER_STORED = 4;

  /** Compiling takes a processor for up to seconds: one is left to everything else. */
  private static final int COMPILES_AT_ONCE =
      Math.max(1, Runtime.getRuntime().availableProcessors() - 1);

  private final Semaphore compileSlots = new Semaphore(COMPILES_AT_ONCE, true);
  private final ModuleReader reader;
  private final SealedClasses classes;
  private final GuestHeap heap;
  private final LongAdder alteredModules = new LongAdder();

  /**
   * @param store where compiled modules are kept
   * @param heap what guests' memories are taken from
   */
  public ChicoryEngine(ModuleLimits limits, ClassStore store, GuestHeap heap) {
    this.heap = heap;
    this.reader = new ModuleReader(limits);
    this.classes = new SealedClasses(store);
  }

  /** An engine that keeps nothing, and guests that share no bound. */
  public ChicoryEngine(ModuleLimits limits) {
    this(limits, ClassStore.none(), GuestHeap.unbounded());
  }

  @Override
  public Inspection inspect(byte[] module) {
    try {
      return new Inspection.Accepted(ModuleReader.shape(reader.read(module)));
    } catch (ModuleRefused refused) {
      return new Inspection.Refused(refused.findings());
    }
  }

  /**
   * Inspects as {@link #inspect} does and compiles too, so that a module which is accepted will
   * load, and without compiling again. Takes 20 ms for a small module, seconds for one of
   * megabytes.
   */
  public Inspection inspectAndCompile(byte[] module) {
    try {
      WasmModule parsed = reader.read(module);
      compile(ModuleDigest.of(module), module, parsed);
      return new Inspection.Accepted(ModuleReader.shape(parsed));
    } catch (ModuleRefused refused) {
      return new Inspection.Refused(refused.findings());
    }
  }

  @Override
  public LoadedModule load(ModuleDigest digest, byte[] module) {
    ModuleDigest actual = ModuleDigest.of(module);
    if (!actual.equals(digest)) {
      alteredModules.increment();
      throw new ModuleRefused(
          List.of(
              new Finding(
                  "digest",
                  "The stored bytes have the digest "
                      + actual
                      + ", expected "
                      + digest
                      + ": they were altered")));
    }
    CompiledModule compiled =
        classes.load(digest).orElseGet(() -> compile(digest, module, reader.read(module)));
    return new ChicoryModule(
        Parser.parse(compiled.stripped()),
        new GuestClassLoader(compiled.classFiles()).machines(MAIN_CLASS),
        heap,
        LOADED_PER_STORED * compiled.sizeBytes());
  }

  /** How often a module's bytes were not those of its digest. */
  public long alteredModules() {
    return alteredModules.sum();
  }

  /** How often stored classes were not those that an engine had stored. */
  public long alteredClasses() {
    return classes.altered();
  }

  private CompiledModule compile(ModuleDigest digest, byte[] module, WasmModule parsed) {
    compileSlots.acquireUninterruptibly();
    try {
      CompiledModule compiled = new CompiledModule(ModuleStripper.strip(module), compile(parsed));
      classes.save(digest, compiled);
      return compiled;
    } finally {
      compileSlots.release();
    }
  }

  private static Map<String, byte[]> compile(WasmModule module) {
    try {
      Map<String, byte[]> rewritten = new LinkedHashMap<>();
      Compiler.builder(module)
          .withClassName(MAIN_CLASS)
          .withInterpreterFallback(InterpreterFallback.FAIL)
          .withClassCollectorFactory(ByteClassCollector::new)
          .build()
          .compile()
          .classBytes()
          .forEach(
              (name, classFile) -> // Chicory writes some names with slashes.
              rewritten.put(name.replace('/', '.'), GuestCodePass.rewrite(classFile)));
      return rewritten;
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
}
