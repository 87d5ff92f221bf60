package dev.leat.worker.guest;

import dev.leat.contract.Cancellation;
import dev.leat.contract.FixedConditions;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.GuestContract;
import dev.leat.contract.Headers;
import dev.leat.contract.HttpCall;
import dev.leat.contract.Invocation;
import dev.leat.contract.Usage;
import dev.leat.engine.GuestBudget;
import dev.leat.engine.GuestInstance;
import dev.leat.engine.GuestStopped;
import dev.leat.engine.HostFunction;
import dev.leat.engine.LoadedModule;
import dev.leat.worker.capability.LentPowers;
import dev.leat.worker.capability.Powers;
import dev.leat.worker.capability.config.GuestConfig;
import dev.leat.worker.wasi.WasiHost;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes guests: instantiates a module for its contract, initialises it, remembers that state. */
public final class GuestFactory {
  private final Powers powers;
  private final CpuTurns turns;

  public GuestFactory(Powers powers, CpuTurns turns) {
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
      GuestBudget budget,
      @Nullable FixedConditions fixed) {
    try (CpuTurns.Turn turn = turns.begin(version.function().tenant(), budget)) {
      return make(version, module, budget.pacedBy(turn), fixed);
    }
  }

  /** The same ahead of calls, which go before it at the processor. */
  public Guest prepare(FunctionVersion version, LoadedModule module, GuestBudget budget) {
    try (CpuTurns.Turn turn = turns.beginPreparation(version.function().tenant(), budget)) {
      return make(version, module, budget.pacedBy(turn), null);
    }
  }

  private Guest make(
      FunctionVersion version,
      LoadedModule module,
      GuestBudget budget,
      @Nullable FixedConditions fixed) {
    LentPowers lent = powers.lend(version, fixed);
    GuestInstance instance;
    try {
      instance = initialised(version, module, budget, lent);
    } finally {
      lent.end();
    }
    return switch (version.guest()) {
      case HANDLER -> new HandlerGuest(version, lent, turns, instance);
      case PROCESSOR -> new ProcessorGuest(version, lent, turns, instance);
      case STEP -> new StepGuest(version, lent, turns, instance);
      case WASI -> new WasiGuest(version, lent, turns, instance);
    };
  }

  private static GuestInstance initialised(
      FunctionVersion version, LoadedModule module, GuestBudget budget, LentPowers lent) {
    Invocation invocation = initialisation(version);
    lent.prepare(invocation);
    GuestInstance instance =
        module.instantiate(
            hostFunctions(version.guest(), lent),
            version.limits().memoryPages(),
            budget,
            starting -> starting.attach(initialising(invocation, lent, starting)));
    try {
      initialise(version, instance, lent);
      instance.attach(null);
      instance.snapshot();
      return instance;
    } catch (GuestStopped stopped) {
      instance.close();
      throw stopped.after(instance.fuelUsed(), instance.restedNanos());
    } catch (RuntimeException | Error e) {
      instance.close();
      throw e;
    }
  }

  private static Running initialising(
      Invocation invocation, LentPowers lent, GuestInstance starting) {
    return new Running(
        invocation, lent, starting, Usage.Acquire.COLD, 0, 0, 0, 0, 0, new CpuTime(0));
  }

  /** The contract's own, those of powers, and WASI's: any contract's start-up may use wasi-libc. */
  public static List<HostFunction> hostFunctions(GuestContract contract, LentPowers lent) {
    List<HostFunction> functions = new ArrayList<>(lent.functions());
    functions.addAll(
        switch (contract) {
          case HANDLER -> HandlerGuest.HOST_FUNCTIONS;
          case STEP -> StepGuest.HOST_FUNCTIONS;
          case PROCESSOR, WASI -> List.<HostFunction>of();
        });
    functions.addAll(WasiHost.HOST_FUNCTIONS);
    return functions;
  }

  /** What host functions work on while the guest initialises itself: a call without a request. */
  private static Invocation initialisation(FunctionVersion version) {
    HttpCall nothing = new HttpCall("", "", null, Headers.NONE, new byte[0]);
    return new Invocation("init", version, nothing, new Cancellation());
  }

  private static void initialise(FunctionVersion version, GuestInstance instance, LentPowers lent) {
    // A WASI reactor is initialised by its _initialize (WASI application ABI).
    int reactor = instance.function("_initialize");
    if (reactor >= 0) {
      instance.call(reactor);
    }
    int init = version.guest().isWasiCommand() ? -1 : instance.function("init");
    if (init < 0) {
      return;
    }
    byte[] config =
        lent.find(GuestConfig.class)
            .map(GuestConfig::json)
            .orElseGet(() -> "{}".getBytes(StandardCharsets.UTF_8));
    if (instance.call(init, new Buffers(instance).give(config), config.length) == 0) {
      throw GuestStopped.trapped("init refused its configuration");
    }
  }
}
