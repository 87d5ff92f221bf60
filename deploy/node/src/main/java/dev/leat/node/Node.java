package dev.leat.node;

import dev.leat.contract.TenantId;
import dev.leat.node.log.NodeLog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A running node. */
public final class Node implements AutoCloseable {
  private final NodeConfig config;
  final Assembly assembly;

  private Node(NodeConfig config, Assembly assembly) {
    this.config = config;
    this.assembly = assembly;
  }

  /**
   * Starts a node; returns when it serves.
   *
   * @throws IOException if it cannot; the message says why, and what to do about it
   */
  public static Node start(NodeConfig config) throws IOException {
    config.requireShared();
    NodeLog.write(config.log().format());
    Node node = new Node(config, new Assembly(config));
    try {
      node.assembly.start();
      return node;
    } catch (IOException | RuntimeException e) {
      node.close();
      throw e;
    }
  }

  /** Where the node is reached, such as {@code http://127.0.0.1:8080}. */
  public String url() {
    return "http://" + config.host() + ":" + assembly.gateway.port();
  }

  /** The file with a token that may do everything. */
  public Path operatorToken() {
    return assembly.directory.operatorToken();
  }

  /** Blocks until another node of the cluster has taken this one's name, as after a long pause. */
  public void awaitReplaced() throws InterruptedException {
    assembly.awaitReplaced();
  }

  /** Has a tenant's connection run statements, as whoever runs its database does. Blocks. */
  public void setUp(String tenant, String connection, List<String> statements) {
    assembly.setUp(new TenantId(tenant), connection, statements);
  }

  /** Refuses new work, lets running invocations end, stops. */
  @Override
  public void close() {
    assembly.close();
  }
}
