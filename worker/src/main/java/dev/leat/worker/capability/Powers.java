package dev.leat.worker.capability;

import dev.leat.contract.FixedConditions;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.GuestContract;
import dev.leat.contract.permission.PermissionSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The powers that a worker has, linked for each guest contract. Safe for several threads. */
public final class Powers {
  private final List<Power<?>> all;
  private final PermissionSource permissions;
  private final PermissionDenials denials;
  private final PowerCalls calls = new PowerCalls();
  private final Map<GuestContract, List<Linked<?>>> linked = new EnumMap<>(GuestContract.class);

  /**
   * @param permissions what each function may ask of them
   * @param denials told of what guests were denied
   * @throws IllegalArgumentException if two of them offer the same function
   */
  public Powers(List<Power<?>> all, PermissionSource permissions, PermissionDenials denials) {
    this.all = List.copyOf(all);
    this.permissions = permissions;
    this.denials = denials;
    for (GuestContract contract : GuestContract.values()) {
      List<Linked<?>> ofContract = new ArrayList<>();
      all.forEach(power -> ofContract.add(Linked.of(power, contract)));
      requireOnce(ofContract);
      linked.put(contract, List.copyOf(ofContract));
    }
  }

  /** These powers and one more. */
  public Powers with(Power<?> power) {
    List<Power<?>> more = new ArrayList<>(all);
    more.add(power);
    return new Powers(more, permissions, denials);
  }

  /** What guests have had them do. */
  public PowerCalls calls() {
    return calls;
  }

  /** The functions that guests of the contract can import, granted or not. */
  public List<GuestContract.Import> imports(GuestContract contract) {
    return of(contract).stream().flatMap(power -> power.imports().stream()).toList();
  }

  /**
   * What an instance of the version is lent.
   *
   * @param fixed the time and the randomness that it meets; null for the real ones
   */
  public LentPowers lend(FunctionVersion version, @Nullable FixedConditions fixed) {
    GuestPermits permits = new GuestPermits(permissions, version, denials);
    List<LentPowers.Lending<?>> lent = new ArrayList<>();
    of(version.guest()).forEach(power -> lent.add(power.lend(version, permits, fixed)));
    return new LentPowers(permits, calls, lent);
  }

  private List<Linked<?>> of(GuestContract contract) {
    List<Linked<?>> ofContract = linked.get(contract);
    if (ofContract == null) {
      throw new IllegalStateException("Powers are linked for all contracts");
    }
    return ofContract;
  }

  private static void requireOnce(List<Linked<?>> powers) {
    Set<String> seen = new HashSet<>();
    for (Linked<?> power : powers) {
      for (GuestContract.Import offered : power.imports()) {
        if (!seen.add(offered.module() + "." + offered.name())) {
          throw new IllegalArgumentException("Two powers offer the same function: " + offered);
        }
      }
    }
  }

  /** A power with what it offers to guests of one contract. */
  private record Linked<S>(Power<S> power, List<Offer<S>> offers) {
    static <S> Linked<S> of(Power<S> power, GuestContract contract) {
      return new Linked<>(power, List.copyOf(power.link(contract)));
    }

    List<GuestContract.Import> imports() {
      return offers.stream().map(Offer::offered).toList();
    }

    LentPowers.Lending<S> lend(
        FunctionVersion version, GuestPermits permits, @Nullable FixedConditions fixed) {
      return new LentPowers.Lending<>(
          power, offers, power.configure(version, permits, fixed).orElse(null));
    }
  }
}
