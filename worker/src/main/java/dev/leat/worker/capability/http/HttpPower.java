package dev.leat.worker.capability.http;

import dev.leat.contract.FixedConditions;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.GuestContract;
import dev.leat.contract.PowerFunction;
import dev.leat.worker.capability.Offer;
import dev.leat.worker.capability.Power;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Outbound HTTP. Denied whatever the manifest says: this release does not serve it. */
public final class HttpPower implements Power<Void> {
  /** What a processor reads as "denied or failed". */
  private static final long NOTHING = 0;

  @Override
  public List<Offer<Void>> link(GuestContract contract) {
    return Offer.of(
        contract, PowerFunction.HTTP_REQUEST, (none, guest, a) -> NOTHING, (guest, a) -> NOTHING);
  }

  @Override
  public Optional<Void> configure(FunctionVersion version, @Nullable FixedConditions fixed) {
    return Optional.empty();
  }
}
