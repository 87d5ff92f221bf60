package dev.leat.worker.capability;

import dev.leat.contract.GuestContract;
import dev.leat.contract.PowerFunction;
import dev.leat.engine.GuestInstance;
import dev.leat.engine.HostFunction;
import dev.leat.engine.WasiFunctions;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A function that a power offers to guests.
 *
 * @param power the word of the power that its calls count for; null where they do not count
 * @param offered how a guest imports it
 * @param granted what it does for an instance that was granted the power
 * @param denied what it does for one that was not
 */
public record Offer<S>(
    @Nullable String power, GuestContract.Import offered, Body<S> granted, Denied denied) {
  /** WASI's errno for a missing capability. */
  private static final int NOTCAPABLE = 76;

  /** The function in each of the contract's modules; none if the contract does not offer it. */
  public static <S> List<Offer<S>> of(
      GuestContract contract, PowerFunction function, Body<S> granted, Denied denied) {
    return contract.imports().stream()
        .filter(offered ->
            offered.name().equals(function.importName())
                && offered.signature().equals(function.signature()))
        .map(offered -> new Offer<>(function.power(), offered, granted, denied))
        .toList();
  }

  /** A function of WASI preview 1, which guests of every contract may import. */
  public static <S> Offer<S> ofWasi(String name, Body<S> granted) {
    String signature = Objects.requireNonNull(WasiFunctions.all().get(name), name);
    return new Offer<>(
        null,
        new GuestContract.Import(GuestContract.WASI_MODULE, name, signature),
        granted,
        (permits, guest, a) -> NOTCAPABLE);
  }

  /** The function for one instance; what it works on is bound here, not looked up when called. */
  HostFunction function(
      @Nullable S lent, GuestPermits permits, Function<String, HostCallMeter> meters) {
    HostFunction.Body body =
        lent == null
            ? (guest, a) -> denied.call(permits, guest, a)
            : (guest, a) -> granted.call(lent, guest, a);
    return new HostFunction(
        offered.module(),
        offered.name(),
        offered.signature(),
        power == null ? body : counted(body, meters.apply(power)));
  }

  private HostFunction.Body counted(HostFunction.Body body, HostCallMeter meter) {
    String name = offered.name();
    boolean hasResult = !offered.signature().endsWith(">");
    return (guest, a) -> {
      long startedNanos = System.nanoTime();
      long startedBytes = guest.copiedBytes();
      PowerEnding ending = PowerEnding.STOPPED;
      try {
        long result = body.call(guest, a);
        ending = PowerEnding.of(hasResult, result);
        return result;
      } finally {
        meter.count(guest, name, ending, startedNanos, startedBytes);
      }
    };
  }

  /** What a power's function does for a guest without the power, beside counting that. */
  @FunctionalInterface
  public interface Denied {
    /**
     * @param permits which say no to what it asks for, and are to be asked all the same
     */
    long call(GuestPermits permits, GuestInstance guest, long[] arguments);
  }

  /** What a power's function does. Runs on the guest's thread. */
  @FunctionalInterface
  public interface Body<S> {
    /**
     * @param lent what was configured for the instance
     * @param arguments as 64-bit words: an i32 in the low half, an f64 as its bits
     * @return the result; ignored when the type has none
     */
    long call(S lent, GuestInstance guest, long[] arguments);
  }
}
