package dev.leat.tenants;

import dev.leat.contract.FunctionRef;
import dev.leat.contract.TenantId;

/** Whom limits are set for. */
public sealed interface QuotaScope {
  /** In words, for messages. */
  String words();

  /** Each tenant that has no limit of its own for the same. */
  record EveryTenant() implements QuotaScope {
    @Override
    public String words() {
      return "the default of tenants";
    }
  }

  /** All functions of a tenant together. */
  record OfTenant(TenantId tenant) implements QuotaScope {
    @Override
    public String words() {
      return "tenant '" + tenant + "'";
    }
  }

  /** One function, within what its tenant may use. */
  record OfFunction(FunctionRef function) implements QuotaScope {
    @Override
    public String words() {
      return "function '" + function + "'";
    }
  }
}
