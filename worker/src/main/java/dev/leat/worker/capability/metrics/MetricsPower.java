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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Values by {@code record_metric} and by the functions of each kind. Denied, they are read and left
 * out.
 */
public final class MetricsPower implements Power<MetricsPower.Metered> {
  /** More than the longest name, so that a longer one is seen to be too long. */
  private static final int NAME_BYTES_MAX = 1_024;

  private final GuestMetrics metrics;

  public MetricsPower(GuestMetrics metrics) {
    this.metrics = metrics;
  }

  @Override
  public List<Offer<Metered>> link(GuestContract contract) {
    return Stream.of(
            Offer.<Metered>of(
                contract,
                PowerFunction.RECORD_METRIC,
                (metered, guest, a) -> record(metered, guest, a, MetricKind.SUMMARY, ""),
                MetricsPower::denied),
            tagged(contract, PowerFunction.METRIC_COUNTER, MetricKind.COUNTER),
            tagged(contract, PowerFunction.METRIC_GAUGE, MetricKind.GAUGE),
            tagged(contract, PowerFunction.METRIC_HISTOGRAM, MetricKind.HISTOGRAM),
            tagged(contract, PowerFunction.METRIC_TIMER, MetricKind.TIMER))
        .flatMap(List::stream)
        .toList();
  }

  private List<Offer<Metered>> tagged(
      GuestContract contract, PowerFunction function, MetricKind kind) {
    return Offer.of(
        contract,
        function,
        (metered, guest, a) ->
            record(
                metered, guest, a, kind, GuestText.read(guest, a[3], a[4], MetricTags.BYTES_MAX)),
        (permits, guest, a) -> {
          var unused = GuestText.read(guest, a[3], a[4], MetricTags.BYTES_MAX);
          return denied(permits, guest, a);
        });
  }

  private long record(
      Metered metered, GuestInstance guest, long[] a, MetricKind kind, String tags) {
    String name = name(guest, a);
    if (metered.permits.allows(PermissionType.METRICS, name)) {
      StackRoom.forALock();
      metrics.record(
          metered.function, kind, name, metered.tags(tags), Double.longBitsToDouble(a[2]));
    }
    return 0;
  }

  private static long denied(GuestPermits permits, GuestInstance guest, long[] a) {
    permits.allows(PermissionType.METRICS, name(guest, a));
    return 0;
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
  static final class Metered {
    /** A guest mostly writes its tags in the same few ways. */
    private static final int TAGS_KEPT = 32;

    private final FunctionRef function;
    private final GuestPermits permits;
    private final Map<String, MetricTags> known = new HashMap<>();

    Metered(FunctionRef function, GuestPermits permits) {
      this.function = function;
      this.permits = permits;
    }

    /** What a guest wrote as tags; null if they are none to be taken. */
    @Nullable MetricTags tags(String json) {
      MetricTags tags = known.get(json);
      if (tags == null) {
        tags = MetricTags.read(json).orElse(null);
        if (tags != null && known.size() < TAGS_KEPT) {
          known.put(json, tags);
        }
      }
      return tags;
    }
  }
}
