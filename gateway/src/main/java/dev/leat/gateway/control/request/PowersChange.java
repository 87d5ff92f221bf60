package dev.leat.gateway.control.request;

import dev.leat.tenants.AllowedPowers;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The powers that a tenant may grant from now on.
 *
 * @param allow their words; null for all
 */
public record PowersChange(@Nullable List<String> allow) {
  public AllowedPowers powers() {
    return allow == null ? AllowedPowers.ALL : AllowedPowers.only(Set.copyOf(allow));
  }
}
