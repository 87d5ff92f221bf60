package dev.leat.worker.guest;

import dev.leat.contract.Cancellation;
import dev.leat.contract.FixedConditions;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Grant;
import dev.leat.contract.Headers;
import dev.leat.contract.HttpCall;
import dev.leat.contract.Invocation;
import dev.leat.contract.Usage;
import dev.leat.engine.Budget;
import dev.leat.engine.GuestInstance;
import dev.leat.engine.GuestStopped;
import dev.leat.engine.HostFunction;
import dev.leat.engine.LoadedModule;
import dev.leat.worker.capability.HostPowers;
import dev.leat.worker.wasi.WasiHost;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Makes guests: instantiates a module for its contract, initialises it, remembers that state. */
public final class GuestFactory {
  private final HostPowers powers;
  private final CpuTurns turns;

  public GuestFactory(HostPowers powers, CpuTurns turns) {
    this.powers = powers;
    this.turns = turns;
  }

  /**
   * A new guest, ready for its first call.
   *
   * @param budget what its start function and {@code init} may use
   * @param fixed the time and randomness that it meets from its start on; null for the real ones
   * @throws GuestStopped if it does not come up, or refuses its configuration; says what fuel it
   *     used
   */
  public Guest create(
      FunctionVersion version,
      LoadedModule module,
      Budget budget,
      @Nullable FixedConditions fixed) {
    HostPowers lent = fixed == null ? powers : powers.under(fixed);
    try (CpuTurns.Turn turn = turns.begin(budget)) {
      return create(version, module, budget.pacedBy(turn), lent);
    }
  }

  /** The same ahead of calls, which go before it at the processor. */
  public Guest prepare(FunctionVersion version, LoadedModule module, Budget budget) {
    try (CpuTurns.Turn turn = turns.beginPreparation(budget)) {
      return create(version, module, budget.pacedBy(turn), powers);
    }
  }

  private Guest create(
      FunctionVersion version, LoadedModule module, Budget budget, HostPowers lent) {
    GuestInstance instance =
        module.instantiate(
            hostFunctions(version),
            version.limits().memoryPages(),
            budget,
            starting ->
                starting.attach(
                    new Running(
                        initialisation(version), lent, starting, Usage.Acquire.COLD, 0, 0, 0, 0)));
    try {
      initialise(version, instance);
      instance.attach(null);
      instance.snapshot();
    } catch (GuestStopped stopped) {
      instance.close();
      throw stopped.after(instance.fuelUsed());
    } catch (RuntimeException | Error e) {
      instance.close();
      throw e;
    }
    return switch (version.guest()) {
      case HANDLER -> new HandlerGuest(version, lent, turns, instance);
      case PROCESSOR -> new ProcessorGuest(version, lent, turns, instance);
      case WASI -> new WasiGuest(version, lent, turns, instance);
    };
  }

  private static List<HostFunction> hostFunctions(FunctionVersion version) {
    // A handler or processor built with wasi-libc imports a few WASI functions for its start-up.
    return switch (version.guest()) {
      case HANDLER -> join(HandlerGuest.HOST_FUNCTIONS);
      case PROCESSOR -> join(ProcessorGuest.HOST_FUNCTIONS);
      case WASI -> WasiHost.HOST_FUNCTIONS;
    };
  }

  private static List<HostFunction> join(List<HostFunction> contract) {
    return Stream.concat(contract.stream(), WasiHost.HOST_FUNCTIONS.stream()).toList();
  }

  /** What host functions work on while the guest initialises itself: a call without a request. */
  private static Invocation initialisation(FunctionVersion version) {
    HttpCall nothing = new HttpCall("", "", null, Headers.NONE, new byte[0]);
    return new Invocation("init", version, nothing, new Cancellation());
  }

  private static void initialise(FunctionVersion version, GuestInstance instance) {
    // A WASI reactor is initialised by its _initialize (WASI application ABI).
    int reactor = instance.function("_initialize");
    if (reactor >= 0) {
      instance.call(reactor);
    }
    int init = version.guest().isWasiCommand() ? -1 : instance.function("init");
    if (init < 0) {
      return;
    }
    String granted =
        version.grants().find(Grant.Config.class).isPresent() ? version.config() : "{}";
    byte[] config = granted.getBytes(StandardCharsets.UTF_8);
    if (instance.call(init, new Buffers(instance).give(config), config.length) == 0) {
      throw GuestStopped.trapped("init refused its configuration");
    }
  }
}
