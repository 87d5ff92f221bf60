package dev.leat.contract;

/** What each tenant may have. Never blocks; any thread. */
@FunctionalInterface
public interface Allowances {
  /**
   * The tenant's allowance at this moment; {@link Allowance#PLATFORM} where nobody has set less.
   */
  Allowance of(TenantId tenant);
}
