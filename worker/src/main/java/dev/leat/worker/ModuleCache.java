package dev.leat.worker;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.stats.CacheStats;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.TenantId;
import dev.leat.engine.CompilerBusy;
import dev.leat.engine.LoadedModule;
import dev.leat.engine.ModuleLoader;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;

/**
 * The modules that this node has loaded, up to so many bytes; the least useful is let go first.
 * Each is loaded at the first need, once, on threads of its own, and whoever needs it meanwhile
 * waits in a list that can be left. Safe for several threads.
 */
final class ModuleCache implements AutoCloseable {
  private static final int WEIGHT_BYTES = 1_024;

  private final ModuleLoader loader;
  private final ModuleSource source;
  private final LoadingThreads loading = new LoadingThreads();
  private final AsyncCache<ModuleDigest, LoadedModule> modules;

  /** Who waits for which load. A load that is over is not in here. */
  private final Map<CompletableFuture<LoadedModule>, Set<Waiter>> waiting = new HashMap<>();

  ModuleCache(ModuleLoader loader, ModuleSource source, long bytesMax) {
    this.loader = loader;
    this.source = source;
    this.modules =
        Caffeine.newBuilder()
            .maximumWeight(bytesMax / WEIGHT_BYTES)
            .<ModuleDigest, LoadedModule>weigher((digest, loaded) -> weight(loaded))
            .recordStats()
            .executor(Runnable::run)
            .buildAsync();
  }

  /** In KiB, at least one, since a weight is an int. */
  private static int weight(LoadedModule loaded) {
    return (int) Math.min(Integer.MAX_VALUE, 1 + loaded.sizeBytes() / WEIGHT_BYTES);
  }

  /**
   * The module, loaded or under way. Nothing that can be given up is to be hung on it: see {@link
   * #await}. When too many of the tenant's wait to be loaded, it has failed by {@link
   * CompilerBusy}.
   *
   * @param tenant whose turn it takes if it has to be loaded
   * @throws RejectedExecutionException if it would have to be loaded, and the cache is closed
   */
  CompletableFuture<LoadedModule> module(TenantId tenant, ModuleDigest digest) {
    return modules.get(digest, (missing, ignored) -> load(tenant, missing));
  }

  private CompletableFuture<LoadedModule> load(TenantId tenant, ModuleDigest digest) {
    try {
      CompletableFuture<LoadedModule> load =
          CompletableFuture.supplyAsync(
              () -> loader.load(tenant, digest, source.load(digest)),
              task -> loading.execute(tenant, task));
      var unused = load.whenComplete((loaded, failure) -> loaded(load));
      return load;
    } catch (CompilerBusy busy) {
      return CompletableFuture.failedFuture(busy);
    }
  }

  /**
   * Tells the waiter when the load is over, on the thread that loaded; false, and never, if it is
   * over already.
   */
  boolean await(CompletableFuture<LoadedModule> load, Waiter waiter) {
    if (load.isDone()) {
      return false; // nearly always: no lock then
    }
    synchronized (waiting) {
      // Completed before its waiters are taken out: either it is seen here, or they see this one.
      return !load.isDone()
          && waiting.computeIfAbsent(load, first -> new LinkedHashSet<>()).add(waiter);
    }
  }

  /** Takes it out of those that wait for the load; false when it is not among them. */
  boolean withdraw(CompletableFuture<LoadedModule> load, Waiter waiter) {
    synchronized (waiting) {
      Set<Waiter> all = waiting.get(load);
      return all != null && all.remove(waiter);
    }
  }

  /** All that wait for a load. A copy: by now some may not. */
  List<Waiter> waiting() {
    synchronized (waiting) {
      return waiting.values().stream().flatMap(Set::stream).toList();
    }
  }

  private void loaded(CompletableFuture<LoadedModule> load) {
    Set<Waiter> all;
    synchronized (waiting) {
      all = waiting.remove(load);
    }
    if (all != null) {
      all.forEach(waiter -> waiter.loaded(load));
    }
  }

  /** How the modules have been used since the start. */
  ModuleCacheUse use() {
    CacheStats stats = modules.synchronous().stats();
    return new ModuleCacheUse(
        modules.synchronous().estimatedSize(), stats.hitCount(), stats.missCount());
  }

  /** Begins no more loads: whoever still waits for one waits for ever. */
  @Override
  public void close() {
    loading.close();
  }

  /** Told of the end of a load. */
  @FunctionalInterface
  interface Waiter {
    /**
     * @param load over: the module, or why there is none
     */
    void loaded(CompletableFuture<LoadedModule> load);
  }
}
