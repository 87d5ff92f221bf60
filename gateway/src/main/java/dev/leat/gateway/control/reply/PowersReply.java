package dev.leat.gateway.control.reply;

import dev.leat.tenants.AllowedPowers;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The powers that a tenant may grant.
 *
 * @param allow their words; null for all
 */
public record PowersReply(@Nullable List<String> allow) {
  public static PowersReply of(AllowedPowers powers) {
    return new PowersReply(powers.words().map(List::copyOf).orElse(null));
  }
}
