package dev.leat.gateway.control.reply;

import dev.leat.contract.AddressRange;
import dev.leat.tenants.AllowedPowers;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The powers that a tenant may grant.
 *
 * @param allow their words; null for all
 * @param privateAddresses that its functions may reach by HTTP; null for none
 */
public record PowersReply(@Nullable List<String> allow, @Nullable List<String> privateAddresses) {
  public static PowersReply of(AllowedPowers powers) {
    return new PowersReply(
        powers.words().map(List::copyOf).orElse(null),
        powers.privateAddresses().isEmpty()
            ? null
            : powers.privateAddresses().stream().map(AddressRange::toString).toList());
  }
}
