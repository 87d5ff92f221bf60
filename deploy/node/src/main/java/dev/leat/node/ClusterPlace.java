package dev.leat.node;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What makes a node one of a cluster.
 *
 * @param name unique in the cluster, and a label of a host name (RFC 1123, 2.1)
 * @param host where other nodes reach it
 * @param port of its HTTP/2 with mutual TLS; 0 for any free one
 * @param join nodes of the cluster, of which one must answer; empty for one that may be the first
 */
public record ClusterPlace(String name, String host, int port, List<InetSocketAddress> join) {
  private static final Pattern NAME = Pattern.compile("[a-z]([a-z0-9-]{0,61}[a-z0-9])?");
  private static final int PORT_MAX = 65_535;

  /** They mean all addresses of a machine, to itself alone. */
  private static final Set<String> WILDCARDS = Set.of("0.0.0.0", "::", "[::]", "0", "*", "");

  public ClusterPlace {
    join = List.copyOf(join);
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "--name must be 1-63 of a-z, 0-9 and '-', begin with a letter and not end with '-'; was '"
              + name
              + "'");
    }
    if (WILDCARDS.contains(host)) {
      throw new IllegalArgumentException(
          "--cluster-host must be an address at which other nodes reach this one; was '"
              + host
              + "'. Give one of this machine's own.");
    }
    if (port < 0 || port > PORT_MAX) {
      throw new IllegalArgumentException("--cluster-port must be 0-" + PORT_MAX + ", was " + port);
    }
  }

  /** Whether it may be the first. */
  boolean isBootstrap() {
    return join.isEmpty();
  }

  /** Where the node answers HTTP, as others reach it. */
  String urlOf(String listeningHost, int listeningPort) {
    return url(WILDCARDS.contains(listeningHost) ? host : listeningHost, listeningPort);
  }

  static String url(String host, int port) {
    return "http://%s:%d".formatted(host.contains(":") ? "[" + host + "]" : host, port);
  }
}
