package dev.leat.tenants;

import dev.leat.contract.TenantId;

/** What a tenant has in other rooms. All methods block, and may be repeated. */
public interface TenantBelongings {
  /**
   * Has no function be added to the tenant any more, for longer than a turn of a deletion takes;
   * unless it has functions: then gives how many, and changes nothing.
   *
   * @param isForced whatever it has
   */
  int close(TenantId tenant, boolean isForced);

  /** Removes some of what the tenant has, within seconds; gives whether more may be left. */
  boolean forgetSome(TenantId tenant);

  /**
   * The tenant is about to be deleted: has what it kept outside of the database be removed soon,
   * though that be away now. No later tenant of its name finds it.
   */
  void forgetLater(Tenant tenant);

  /** The deletion is over: nothing hinders functions of the name's next tenant. */
  void open(TenantId tenant);
}
