package dev.leat.bench;

import dev.leat.contract.Cancellation;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.TenantId;
import dev.leat.engine.GuestBudget;
import dev.leat.engine.GuestInstance;
import dev.leat.engine.HostFunction;
import dev.leat.engine.LoadedModule;
import dev.leat.engine.ModuleLimits;
import dev.leat.engine.ModuleShape.Imported;
import dev.leat.engine.chicory.ChicoryEngine;
import java.util.List;

/** A module on Leat's engine: flat memory, fuel, pages put back after each call. */
final class LeatGuest implements Guest, Kernel {
  private static final int MEMORY_PAGES_MAX = 1_024;
  private static final long FUEL = Long.MAX_VALUE / 2;
  private static final long NEVER = Long.MAX_VALUE / 2;

  private final GuestInstance instance;
  private final Cancellation cancellation = new Cancellation();

  LeatGuest(byte[] module) {
    LoadedModule loaded =
        new ChicoryEngine(ModuleLimits.DEFAULT)
            .load(new TenantId("bench"), ModuleDigest.of(module), module);
    List<HostFunction> stubs = loaded.shape().imports().stream().map(LeatGuest::stub).toList();
    this.instance = loaded.instantiate(stubs, MEMORY_PAGES_MAX, budget());
    instance.snapshot();
  }

  private static HostFunction stub(Imported imported) {
    return new HostFunction(
        imported.module(), imported.name(), imported.signature(), (guest, arguments) -> 0);
  }

  private GuestBudget budget() {
    return new GuestBudget(FUEL, System.nanoTime() + NEVER, cancellation);
  }

  @Override
  public int function(String export) {
    return instance.function(export);
  }

  @Override
  public long call(int function, long... arguments) {
    instance.begin(budget());
    return instance.call(function, arguments);
  }

  @Override
  public void write(int pointer, byte[] bytes) {
    instance.memory().write(pointer, bytes, 0, bytes.length);
  }

  @Override
  public byte[] read(int pointer, int length) {
    return instance.memory().read(pointer, length);
  }

  @Override
  public void renew() {
    instance.reset();
  }

  @Override
  public Timing run(int times) {
    return Guest.timed(this, times);
  }
}
