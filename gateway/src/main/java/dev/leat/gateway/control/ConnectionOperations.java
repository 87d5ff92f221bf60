package dev.leat.gateway.control;

import dev.leat.gateway.control.reply.ConnectionReply;
import dev.leat.gateway.control.reply.PageReply;
import dev.leat.gateway.control.request.NewConnection;
import dev.leat.registry.connection.Connections;
import java.util.Map;
import java.util.Objects;

/** The databases that a tenant's functions may reach. */
final class ConnectionOperations {
  private final Connections connections;

  ConnectionOperations(Connections connections) {
    this.connections = connections;
  }

  Map<String, Operation> byId() {
    return Map.of(
        "listConnections", this::list,
        "createConnection", this::create,
        "getConnection", this::show,
        "deleteConnection", this::delete);
  }

  private Reply list(Call call) {
    return Reply.ok(PageReply.all(connections.list(call.tenant()), ConnectionReply::of));
  }

  private Reply create(Call call) {
    NewConnection asked = call.json(NewConnection.class);
    return Reply.of(
        connections.create(
            call.tenant(),
            call.actor(),
            asked.name(),
            asked.url(),
            asked.user(),
            Objects.requireNonNullElse(asked.password(), "")),
        connection ->
            Reply.created(
                ConnectionReply.of(connection),
                "/v1/tenants/" + connection.tenant() + "/connections/" + connection.name()));
  }

  private Reply show(Call call) {
    return Reply.of(
        connections.show(call.tenant(), call.parameter("connection")),
        connection -> Reply.ok(ConnectionReply.of(connection)));
  }

  private Reply delete(Call call) {
    return Reply.of(
        connections.delete(call.tenant(), call.actor(), call.parameter("connection")),
        gone -> new Reply.Done());
  }
}
