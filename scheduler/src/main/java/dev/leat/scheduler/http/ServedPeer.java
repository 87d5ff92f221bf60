package dev.leat.scheduler.http;

import io.vertx.core.http.HttpConnection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Another node's connection to this one, and its calls. Confined to the connection's loop. */
final class ServedPeer {
  /** The name that its certificate is for. */
  final String node;

  /** Those that the worker has, by their numbers. */
  final Map<Long, ServedCall> calls = new HashMap<>();

  /** Those that come, wait for their version, or are answered, longer than others. */
  final Set<ServedCall> slow = new HashSet<>();

  private final HttpConnection connection;
  private boolean wasMember;

  ServedPeer(String node, HttpConnection connection) {
    this.node = node;
    this.connection = connection;
  }

  /**
   * At times.
   *
   * @param isMember whether the node is one now
   */
  void look(boolean isMember, long nowNanos) {
    if (wasMember && !isMember) {
      close();
      return;
    }
    wasMember = isMember;
    List.copyOf(slow).forEach(call -> call.look(nowNanos));
  }

  void close() {
    var unused = connection.close();
  }

  /** The connection is closed. */
  void gone() {
    List.copyOf(calls.values()).forEach(ServedCall::gone);
    List.copyOf(slow).forEach(ServedCall::gone);
  }
}
