package dev.leat.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running node with every role. */
public final class Node implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Node.class);
  private static final Duration OPERATOR_TOKEN_TTL = Duration.ofDays(365);
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");

  private final NodeConfig config;
  private final DataDirectory directory;
  final Assembly assembly;

  private Node(NodeConfig config, DataDirectory directory, Assembly assembly) {
    this.config = config;
    this.directory = directory;
    this.assembly = assembly;
  }

  /**
   * Starts a node; returns when it serves.
   *
   * @throws IOException if the data directory or the address cannot be used; the message says what
   *     to do about it
   */
  public static Node start(NodeConfig config) throws IOException {
    DataDirectory directory = DataDirectory.claim(config.dataDirectory());
    Node node = new Node(config, directory, new Assembly(config));
    try {
      node.assembly.start();
      node.writeOperatorToken();
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
    return config.dataDirectory().resolve("operator.token");
  }

  /** Writes one where there is none, or where the one there has expired or is not ours. */
  private void writeOperatorToken() throws IOException {
    Path file = operatorToken();
    if (Files.exists(file) && assembly.accepts(Files.readString(file).strip())) {
      return;
    }
    Files.deleteIfExists(file);
    Files.createFile(file, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
    Files.writeString(file, assembly.tokens.issueOperator(OPERATOR_TOKEN_TTL).jwt() + "\n");
    LOG.info("Operator token written file={}", file);
  }

  /** Refuses new work, lets running invocations end, stops. */
  @Override
  public void close() {
    assembly.close();
    directory.close();
  }
}
