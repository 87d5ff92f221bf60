package dev.leat.worker.capability.secret;

import dev.leat.contract.FixedConditions;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Grant;
import dev.leat.contract.GuestContract;
import dev.leat.contract.InstancePolicy.Reuse;
import dev.leat.contract.PowerFunction;
import dev.leat.contract.permission.PermissionType;
import dev.leat.worker.capability.GuestPermits;
import dev.leat.worker.capability.HostCode;
import dev.leat.worker.capability.HostWork;
import dev.leat.worker.capability.Offer;
import dev.leat.worker.capability.Power;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Secrets that the manifest names, by {@code secret_get}. */
public final class SecretsPower implements Power<GuestSecrets> {
  private final HeldSecrets secrets;
  private final HostWork work;

  public SecretsPower(HeldSecrets secrets, HostWork work) {
    this.secrets = secrets;
    this.work = work;
  }

  @Override
  public List<Offer<GuestSecrets>> link(GuestContract contract) {
    return Offer.of(
        contract,
        PowerFunction.SECRET_GET,
        GuestSecrets::get,
        (permits, guest, a) -> {
          permits.allows(PermissionType.SECRETS, GuestSecrets.name(guest, a));
          return HostCode.DENIED;
        });
  }

  @Override
  public Optional<GuestSecrets> configure(
      FunctionVersion version, GuestPermits permits, @Nullable FixedConditions fixed) {
    return version
        .grants()
        .find(Grant.Secrets.class)
        .map(granted ->
            new GuestSecrets(
                version.function().tenant(),
                permits,
                secrets,
                work,
                version.instances().reuse() == Reuse.SHARED));
  }

  @Override
  public void end(GuestSecrets lent) {
    lent.end();
  }

  @Override
  public boolean isOutdated(GuestSecrets lent) {
    return lent.isOutdated();
  }
}
