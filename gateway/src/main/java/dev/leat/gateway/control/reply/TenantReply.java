package dev.leat.gateway.control.reply;

import dev.leat.tenants.Tenant;

/** A tenant. */
public record TenantReply(String name, String state, String createdAt) {
  public static TenantReply of(Tenant tenant) {
    return new TenantReply(
        tenant.id().value(), tenant.state().word(), tenant.createdAt().toString());
  }
}
