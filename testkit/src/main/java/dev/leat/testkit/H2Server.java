package dev.leat.testkit;

import java.sql.SQLException;
import org.h2.tools.Server;

/** A server of H2's protocol on loopback, for databases in this JVM's memory, started once. */
public final class H2Server {
  private static final Server RUNNING = start();

  private H2Server() {}

  /** Where others find the database of {@link TestDatabase#h2(String)}. */
  public static String url(String name) {
    return "jdbc:h2:tcp://127.0.0.1:" + RUNNING.getPort() + "/mem:" + name;
  }

  private static Server start() {
    try {
      return Server.createTcpServer("-tcpPort", "0", "-tcpDaemon").start();
    } catch (SQLException e) {
      throw new IllegalStateException("H2's server does not start", e);
    }
  }
}
