package dev.leat.worker.capability.keyvalue;

import dev.leat.contract.Allowances;
import dev.leat.contract.FixedConditions;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Grant;
import dev.leat.contract.GuestContract;
import dev.leat.contract.Invocation;
import dev.leat.contract.PowerFunction;
import dev.leat.contract.permission.PermissionType;
import dev.leat.worker.capability.GuestPermits;
import dev.leat.worker.capability.HostCode;
import dev.leat.worker.capability.HostWork;
import dev.leat.worker.capability.Offer;
import dev.leat.worker.capability.Power;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Values that a tenant's functions keep between invocations, by {@code kv_get} and its like. */
public final class KeyValuePower implements Power<GuestKeys> {
  private final KeyValueStore store;
  private final HostWork work;
  private final Allowances allowances;
  private final InstantSource clock;

  /**
   * @param allowances how much each tenant may keep
   * @param clock by which values expire: those of several nodes should agree
   */
  public KeyValuePower(
      KeyValueStore store, HostWork work, Allowances allowances, InstantSource clock) {
    this.store = store;
    this.work = work;
    this.allowances = allowances;
    this.clock = clock;
  }

  @Override
  public List<Offer<GuestKeys>> link(GuestContract contract) {
    return Stream.of(
            reading(contract, PowerFunction.KV_GET, GuestKeys::get),
            reading(contract, PowerFunction.KV_EXISTS, GuestKeys::exists),
            reading(contract, PowerFunction.KV_LIST, GuestKeys::list),
            writing(contract, PowerFunction.KV_SET, GuestKeys::set),
            writing(contract, PowerFunction.KV_DELETE, GuestKeys::delete),
            writing(contract, PowerFunction.KV_EXPIRE, GuestKeys::expire),
            writing(contract, PowerFunction.KV_INCREMENT, GuestKeys::increment),
            writing(contract, PowerFunction.KV_COMPARE_AND_SET, GuestKeys::compareAndSet),
            Offer.<GuestKeys>of(
                contract,
                PowerFunction.GET_PROCESSOR_STATE,
                (keys, guest, a) -> keys.processorState(guest),
                (permits, guest, a) -> {
                  var unused = permits.allows(PermissionType.KEYVALUE_READ, GuestKeys.STATE_KEY);
                  return 0;
                }),
            Offer.<GuestKeys>of(
                contract,
                PowerFunction.SET_PROCESSOR_STATE,
                GuestKeys::setProcessorState,
                (permits, guest, a) -> {
                  var unusedValue = GuestKeys.excerpt(guest, a[0], a[1]);
                  var unused = permits.allows(PermissionType.KEYVALUE_WRITE, GuestKeys.STATE_KEY);
                  return HostCode.DENIED;
                }))
        .flatMap(List::stream)
        .toList();
  }

  private static List<Offer<GuestKeys>> reading(
      GuestContract contract, PowerFunction function, Offer.Body<GuestKeys> granted) {
    return offers(contract, function, granted, PermissionType.KEYVALUE_READ);
  }

  private static List<Offer<GuestKeys>> writing(
      GuestContract contract, PowerFunction function, Offer.Body<GuestKeys> granted) {
    return offers(contract, function, granted, PermissionType.KEYVALUE_WRITE);
  }

  private static List<Offer<GuestKeys>> offers(
      GuestContract contract,
      PowerFunction function,
      Offer.Body<GuestKeys> granted,
      PermissionType type) {
    return Offer.of(
        contract,
        function,
        granted,
        (permits, guest, a) -> {
          String key = GuestKeys.excerpt(guest, a[0], a[1]);
          var unused = permits.allows(type, key);
          return HostCode.DENIED;
        });
  }

  @Override
  public Optional<GuestKeys> configure(
      FunctionVersion version, GuestPermits permits, @Nullable FixedConditions fixed) {
    return version
        .grants()
        .find(Grant.KeyValue.class)
        .map(granted ->
            new GuestKeys(version.function(), granted, permits, store, work, allowances, clock));
  }

  @Override
  public void prepare(GuestKeys keys, Invocation invocation) {
    keys.forgetKept();
  }

  @Override
  public void end(GuestKeys keys) {
    keys.forgetKept();
  }
}
