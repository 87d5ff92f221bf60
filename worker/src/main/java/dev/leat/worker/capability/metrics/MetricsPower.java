package dev.leat.worker.capability.metrics;

import dev.leat.contract.FixedConditions;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Grant;
import dev.leat.contract.GuestContract;
import dev.leat.contract.PowerFunction;
import dev.leat.contract.permission.PermissionType;
import dev.leat.engine.GuestInstance;
import dev.leat.engine.StackRoom;
import dev.leat.worker.capability.GuestPermits;
import dev.leat.worker.capability.GuestText;
import dev.leat.worker.capability.Offer;
import dev.leat.worker.capability.Power;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Values by {@code record_metric}. Denied, they are read and left out. */
public final class MetricsPower implements Power<MetricsPower.Metered> {
  /** More than the longest name, so that a longer one is seen to be too long. */
  private static final int NAME_BYTES_MAX = 1_024;

  private final GuestMetrics metrics;

  public MetricsPower(GuestMetrics metrics) {
    this.metrics = metrics;
  }

  @Override
  public List<Offer<Metered>> link(GuestContract contract) {
    return Offer.of(
        contract,
        PowerFunction.RECORD_METRIC,
        (metered, guest, a) -> {
          String name = name(guest, a);
          if (metered.permits.allows(PermissionType.METRICS, name)) {
            StackRoom.forALock();
            metrics.record(metered.function, name, Double.longBitsToDouble(a[2]));
          }
          return 0;
        },
        (permits, guest, a) -> {
          permits.allows(PermissionType.METRICS, name(guest, a));
          return 0;
        });
  }

  private static String name(GuestInstance guest, long[] a) {
    return GuestText.read(guest, a[0], a[1], NAME_BYTES_MAX);
  }

  @Override
  public Optional<Metered> configure(
      FunctionVersion version, GuestPermits permits, @Nullable FixedConditions fixed) {
    return version
        .grants()
        .find(Grant.Metrics.class)
        .map(granted -> new Metered(version.function(), permits));
  }

  /** Whose metrics an instance records, and which it may. */
  record Metered(FunctionRef function, GuestPermits permits) {}
}
