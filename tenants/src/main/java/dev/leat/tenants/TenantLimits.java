package dev.leat.tenants;

import dev.leat.contract.FunctionName;
import java.util.Map;

/**
 * The limits that are set for a tenant, by the names of quotas.
 *
 * @param own of the tenant as a whole
 * @param functions of single functions; those without limits are absent
 */
public record TenantLimits(Map<String, Long> own, Map<FunctionName, Map<String, Long>> functions) {
  public static final TenantLimits NONE = new TenantLimits(Map.of(), Map.of());

  public TenantLimits {
    own = Map.copyOf(own);
    functions = Map.copyOf(functions);
  }

  public TenantLimits(Map<String, Long> own) {
    this(own, Map.of());
  }
}
