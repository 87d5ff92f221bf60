package dev.leat.tenants;

import dev.leat.contract.Allowance;
import dev.leat.contract.Limits;
import java.time.Duration;
import java.util.Map;

/**
 * What a tenant may have, from its limits and powers: what is not limited is what the platform
 * bears.
 */
final class TenantAllowance {
  private TenantAllowance() {}

  static Allowance of(Map<String, Long> limits, AllowedPowers powers) {
    Allowance platform = Allowance.PLATFORM;
    Limits most = platform.limits();
    Limits ceiling =
        new Limits(
            limit(limits, Quota.FUEL_MAX, most.fuel(), 1),
            limit(limits, Quota.MEMORY_MAX_MB, most.memoryBytes(), 1 << 20),
            Duration.ofMillis(limit(limits, Quota.TIMEOUT_MAX_MS, most.timeout().toMillis(), 1)),
            limit(limits, Quota.REQUEST_MAX_KB, most.requestBytes(), 1 << 10),
            limit(limits, Quota.RESPONSE_MAX_KB, most.responseBytes(), 1 << 10));
    return new Allowance(
        ceiling,
        defaults(limits, ceiling),
        (int) limit(limits, Quota.INSTANCES_MAX, platform.instances(), 1),
        (int) limit(limits, Quota.FUNCTIONS, platform.functions(), 1),
        (int) limit(limits, Quota.MODULES, platform.modules(), 1),
        limit(limits, Quota.STORED_BYTES, platform.storedBytes(), 1),
        given(limits, Quota.KEYS, platform.keys(), 1),
        given(limits, Quota.KEY_VALUE_BYTES, platform.keyValueBytes(), 1),
        given(limits, Quota.ASYNC_BACKLOG, platform.asyncBacklog(), 1),
        given(limits, Quota.ASYNC_BYTES, platform.asyncBytes(), 1),
        given(limits, Quota.SECRETS, platform.secrets(), 1),
        given(limits, Quota.SECRET_BYTES, platform.secretBytes(), 1),
        given(limits, Quota.CONNECTIONS, platform.connections(), 1),
        given(limits, Quota.SCHEDULES, platform.schedules(), 1),
        powers.grants(),
        powers.privateAddresses());
  }

  /** What is given is never above the ceiling, be that the tenant's own or one of all tenants. */
  private static Limits defaults(Map<String, Long> limits, Limits ceiling) {
    Limits standard = Limits.DEFAULT;
    return new Limits(
        Math.min(ceiling.fuel(), given(limits, Quota.FUEL_DEFAULT, standard.fuel(), 1)),
        Math.min(
            ceiling.memoryBytes(),
            given(limits, Quota.MEMORY_DEFAULT_MB, standard.memoryBytes(), 1 << 20)),
        Duration.ofMillis(
            Math.min(
                ceiling.timeout().toMillis(),
                given(limits, Quota.TIMEOUT_DEFAULT_MS, standard.timeout().toMillis(), 1))),
        Math.min(
            ceiling.requestBytes(),
            given(limits, Quota.REQUEST_DEFAULT_KB, standard.requestBytes(), 1 << 10)),
        Math.min(
            ceiling.responseBytes(),
            given(limits, Quota.RESPONSE_DEFAULT_KB, standard.responseBytes(), 1 << 10)));
  }

  private static long given(Map<String, Long> limits, Quota quota, long standard, long unit) {
    Long set = limits.get(quota.word());
    return set == null ? standard : set * unit;
  }

  /**
   * A stored limit is never above what the platform bears, which an older version may have borne.
   */
  private static long limit(Map<String, Long> limits, Quota quota, long platform, long unit) {
    Long set = limits.get(quota.word());
    return set == null ? platform : Math.min(platform, set * unit);
  }
}
