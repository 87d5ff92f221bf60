package dev.leat.tenants;

import java.util.Locale;

/** Where a limit comes from. */
public enum QuotaLevel {
  /** The platform's default, since the tenant has none of its own. */
  DEFAULT,
  TENANT,
  FUNCTION;

  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
