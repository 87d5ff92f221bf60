package dev.leat.worker.capability.config;

import dev.leat.contract.FixedConditions;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Grant;
import dev.leat.contract.GuestContract;
import dev.leat.contract.PowerFunction;
import dev.leat.contract.permission.Permission;
import dev.leat.contract.permission.PermissionType;
import dev.leat.engine.GuestInstance;
import dev.leat.worker.capability.GuestPermits;
import dev.leat.worker.capability.GuestText;
import dev.leat.worker.capability.HostCode;
import dev.leat.worker.capability.Offer;
import dev.leat.worker.capability.Power;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The manifest's {@code config}: the guest's {@code init} is called with it, and {@code config_get}
 * and {@code config_keys} give it key by key.
 */
public final class ConfigPower implements Power<GuestConfig> {
  /** More than a whole configuration may have, so that a longer key is none. */
  private static final int KEY_BYTES_MAX = (16 << 10) + 1;

  @Override
  public List<Offer<GuestConfig>> link(GuestContract contract) {
    return Stream.concat(
            Offer.<GuestConfig>of(
                contract,
                PowerFunction.CONFIG_GET,
                ConfigPower::get,
                (permits, guest, a) -> {
                  permits.allows(PermissionType.CONFIG, key(guest, a));
                  return HostCode.DENIED;
                })
                .stream(),
            Offer.<GuestConfig>of(
                contract,
                PowerFunction.CONFIG_KEYS,
                (config, guest, a) -> GuestText.write(guest, config.keys(), a[0], a[1]),
                (permits, guest, a) -> {
                  permits.allows(PermissionType.CONFIG, Permission.EVERYTHING);
                  return HostCode.DENIED;
                })
                .stream())
        .toList();
  }

  private static long get(GuestConfig config, GuestInstance guest, long[] a) {
    String key = key(guest, a);
    if (!config.isPermitted(key)) {
      return HostCode.DENIED;
    }
    byte[] value = config.value(key);
    return value == null ? HostCode.ABSENT : GuestText.write(guest, value, a[2], a[3]);
  }

  private static String key(GuestInstance guest, long[] a) {
    return GuestText.read(guest, a[0], a[1], KEY_BYTES_MAX);
  }

  @Override
  public Optional<GuestConfig> configure(
      FunctionVersion version, GuestPermits permits, @Nullable FixedConditions fixed) {
    return version
        .grants()
        .find(Grant.Config.class)
        .map(granted -> new GuestConfig(version.config(), permits));
  }
}
