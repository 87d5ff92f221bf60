package dev.leat.worker.capability.config;

import dev.leat.contract.FixedConditions;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Grant;
import dev.leat.contract.GuestContract;
import dev.leat.worker.capability.GuestPermits;
import dev.leat.worker.capability.Offer;
import dev.leat.worker.capability.Power;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The manifest's {@code config}, which the guest's {@code init} is called with. */
public final class ConfigPower implements Power<GuestConfig> {
  @Override
  public List<Offer<GuestConfig>> link(GuestContract contract) {
    return List.of();
  }

  @Override
  public Optional<GuestConfig> configure(
      FunctionVersion version, GuestPermits permits, @Nullable FixedConditions fixed) {
    return version
        .grants()
        .find(Grant.Config.class)
        .map(granted -> GuestConfig.of(version.config(), permits));
  }
}
