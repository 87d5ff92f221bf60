package dev.leat.engine;

import java.util.List;
import java.util.function.Consumer;

/** A compiled module, ready to be instantiated. Safe for several threads. */
public interface LoadedModule {
  ModuleShape shape();

  /** About what its classes take of memory, without its instances. */
  long sizeBytes();

  /** A new instance whose start function needs nothing attached. */
  default GuestInstance instantiate(
      List<HostFunction> hosts, int memoryPagesMax, GuestBudget budget) {
    return instantiate(hosts, memoryPagesMax, budget, instance -> {});
  }

  /**
   * A new instance, its start function run, metered by {@code budget}.
   *
   * @param hosts every function that the module may import; more than it imports is allowed
   * @param memoryPagesMax pages of 64 KiB that its memory may reach
   * @param beforeStart given the instance before anything of it has run, so that what its host
   *     functions need can be attached
   * @throws GuestStopped when it does not come up: its memory is too large, its start function or a
   *     segment trapped, or it imports what {@code hosts} has not; says what fuel it used
   */
  GuestInstance instantiate(
      List<HostFunction> hosts,
      int memoryPagesMax,
      GuestBudget budget,
      Consumer<GuestInstance> beforeStart);
}
