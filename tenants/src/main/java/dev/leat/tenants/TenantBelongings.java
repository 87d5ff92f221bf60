package dev.leat.tenants;

import dev.leat.contract.TenantId;

/** What a tenant has in other rooms. Both methods block. */
public interface TenantBelongings {
  /** How many functions the tenant has. */
  int functions(TenantId tenant);

  /** Removes all that the tenant has; may be repeated when it was cut short. */
  void forget(TenantId tenant);
}
