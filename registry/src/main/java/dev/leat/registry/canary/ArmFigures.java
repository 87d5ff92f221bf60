package dev.leat.registry.canary;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the calls of one version came to.
 *
 * @param calls that are compared: those of its slice
 * @param errors of these
 * @param micros how long each of these ran
 * @param fuel what each of these used
 * @param others its calls beside the slice
 * @param stops how often the version was stopped, in its slice or beside it, by kind
 * @param hosts of how many calls requests went to a host, in its slice or beside it
 */
record ArmFigures(
    long calls,
    long errors,
    Spread micros,
    Spread fuel,
    long others,
    Map<String, Long> stops,
    Map<String, Long> hosts) {
  static final ArmFigures NONE =
      new ArmFigures(0, 0, Spread.NONE, Spread.NONE, 0, Map.of(), Map.of());

  /** Kinds that are told apart; what is more counts as {@link #OTHER_KINDS}. */
  static final int KINDS_MAX = 16;

  /** Likewise hosts. */
  static final int HOSTS_MAX = 32;

  static final String OTHER_KINDS = "others";

  ArmFigures {
    stops = Collections.unmodifiableMap(new TreeMap<>(stops));
    hosts = Collections.unmodifiableMap(new TreeMap<>(hosts));
  }

  ArmFigures plus(ArmFigures other) {
    return new ArmFigures(
        calls + other.calls,
        errors + other.errors,
        micros.plus(other.micros),
        fuel.plus(other.fuel),
        others + other.others,
        sum(stops, other.stops, KINDS_MAX),
        sum(hosts, other.hosts, HOSTS_MAX));
  }

  private static Map<String, Long> sum(Map<String, Long> one, Map<String, Long> other, int most) {
    Map<String, Long> sum = new TreeMap<>(one);
    other.forEach((kind, count) ->
        sum.merge(
            sum.containsKey(kind) || sum.size() < most ? kind : OTHER_KINDS, count, Long::sum));
    return sum;
  }

  long all() {
    return calls + others;
  }

  double errorShare() {
    return calls == 0 ? 0 : (double) errors / calls;
  }
}
