package dev.leat.cli;

import dev.leat.contract.EditDistance;
import dev.leat.contract.NodeRole;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** {@code leat node}: only its options, so that other verbs load nothing of a node. */
@Command(name = "node", description = "Run one node of a cluster until it is told to stop.")
final class ClusterNode implements Runnable {
  private static final List<String> ROLES =
      Arrays.stream(NodeRole.values()).map(NodeRole::word).toList();
  private static final int PORT_MAX = 65_535;

  @Mixin private final NodeOptions options = new NodeOptions();

  @Option(
      names = "--name",
      paramLabel = "NAME",
      required = true,
      description = "Its name, unique in the cluster: a-z, 0-9 and '-'.")
  String name = "";

  @Option(
      names = "--roles",
      paramLabel = "ROLE[,ROLE]",
      description = "What it does: gateway, scheduler, worker; else all of them.")
  @Nullable String roles;

  @Option(
      names = "--cluster-host",
      paramLabel = "ADDRESS",
      description = "Where other nodes reach it; else as --host.")
  @Nullable String clusterHost;

  @Option(
      names = "--cluster-port",
      paramLabel = "PORT",
      required = true,
      description = "Where it listens for other nodes, 0 for any free port.")
  int clusterPort;

  @ArgGroup(multiplicity = "1")
  private Entry entry = new Entry();

  /** How it comes to its cluster. */
  static final class Entry {
    @Option(
        names = "--bootstrap",
        required = true,
        description = "Be the first of the cluster, or join those that are there.")
    boolean isBootstrap;

    @Option(
        names = "--join",
        paramLabel = "HOST:PORT[,HOST:PORT]",
        required = true,
        description = "Join the cluster of these nodes, named by host and --cluster-port.")
    Addresses join = new Addresses(List.of());
  }

  /** Where other nodes are. */
  record Addresses(List<InetSocketAddress> list) {
    static Addresses parse(String text) {
      return new Addresses(Arrays.stream(text.split(",", -1)).map(ClusterNode::address).toList());
    }
  }

  private final Session session;

  ClusterNode(Session session) {
    this.session = session;
  }

  @Override
  public void run() {
    session.environment().requireLogLevel();
    new NodeRun(options, session.terminal())
        .inCluster(
            name,
            clusterHost == null ? options.host : clusterHost,
            clusterPort,
            entry.join.list(),
            chosenRoles());
  }

  private Set<NodeRole> chosenRoles() {
    Set<NodeRole> chosen = EnumSet.noneOf(NodeRole.class);
    for (String role : roles == null ? ROLES : List.of(roles.split(",", -1))) {
      int known = ROLES.indexOf(role);
      if (known < 0) {
        throw Failure.usage(
            "--roles: there is no role '%s'.%s The roles are %s."
                .formatted(
                    role,
                    EditDistance.nearest(role, ROLES)
                        .map(near -> " Did you mean " + near + "?")
                        .orElse(""),
                    String.join(", ", ROLES)));
      }
      chosen.add(NodeRole.values()[known]);
    }
    return chosen;
  }

  /** A host, which may be an IPv6 address in brackets, and a port. */
  static InetSocketAddress address(String text) {
    int colon = text.lastIndexOf(':');
    try {
      String host = text.substring(0, Math.max(0, colon));
      boolean isBracketed = host.startsWith("[") && host.endsWith("]");
      int port = Integer.parseInt(text.substring(colon + 1));
      if (!host.isBlank()
          && (isBracketed || !host.contains(":"))
          && port >= 1
          && port <= PORT_MAX) {
        return InetSocketAddress.createUnresolved(
            isBracketed ? host.substring(1, host.length() - 1) : host, port);
      }
    } catch (NumberFormatException e) {
      // Told below, as any other.
    }
    throw new TypeConversionException(
        "it must be a host and a port of 1-65535, such as 10.0.0.7:7000, was '" + text + "'");
  }
}
