package dev.leat.gateway.control.reply;

import dev.leat.registry.connection.TenantConnection;

/** A database that a tenant's functions may reach. */
public record ConnectionReply(
    String name, String url, String user, String createdAt, String createdBy) {
  public static ConnectionReply of(TenantConnection connection) {
    return new ConnectionReply(
        connection.name(),
        connection.url().text(),
        connection.user(),
        connection.createdAt().toString(),
        connection.createdBy());
  }
}
