package dev.leat.worker.capability.http;

import static dev.leat.contract.permission.PermissionType.HTTP_READ;
import static dev.leat.contract.permission.PermissionType.HTTP_WRITE;

import dev.leat.contract.FixedConditions;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.GuestContract;
import dev.leat.contract.PowerFunction;
import dev.leat.contract.permission.HttpTarget;
import dev.leat.contract.permission.PermissionType;
import dev.leat.worker.capability.GuestPermits;
import dev.leat.worker.capability.GuestText;
import dev.leat.worker.capability.Offer;
import dev.leat.worker.capability.Power;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Outbound HTTP. Denied whatever the manifest says: this release does not serve it. */
public final class HttpPower implements Power<Void> {
  private static final int GET = 0;
  private static final int HEAD = 5;

  /** What a processor reads as "denied or failed". */
  private static final long NOTHING = 0;

  @Override
  public List<Offer<Void>> link(GuestContract contract) {
    return Offer.of(
        contract,
        PowerFunction.HTTP_REQUEST,
        (none, guest, a) -> NOTHING,
        (permits, guest, a) -> {
          PermissionType type = (int) a[0] == GET || (int) a[0] == HEAD ? HTTP_READ : HTTP_WRITE;
          String url = GuestText.read(guest, a[1], a[2], HttpTarget.URL_CHARS_MAX + 1);
          permits.allows(type, url);
          return NOTHING;
        });
  }

  @Override
  public Optional<Void> configure(
      FunctionVersion version, GuestPermits permits, @Nullable FixedConditions fixed) {
    return Optional.empty();
  }
}
