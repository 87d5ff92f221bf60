package dev.leat.failures.rig;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A network of this machine's own, in which each node has a network namespace and an address: two
 * nodes can be separated so that what they send each other vanishes, whatever the protocol, while
 * both reach everybody else. Needs Linux, root and {@code ip} (iproute2).
 */
public final class PrivateNetwork implements AutoCloseable {
  private static final String SUBNET = "10.213.77.";

  /** Of this machine in that network, where the database and the clients are. */
  private static final String HERE = SUBNET + "254";

  /** An Ethernet address that nobody has: what is sent there is lost. */
  private static final String NOBODY = "02:de:ad:00:00:01";

  private final String bridge;
  private final Map<String, String> addresses = new LinkedHashMap<>();
  private final List<String> spaces = new ArrayList<>();

  private PrivateNetwork(String bridge) {
    this.bridge = bridge;
  }

  /** Why it cannot be made here; empty if it can. */
  public static String missing() {
    if (!Files.isExecutable(Path.of("/usr/sbin/ip")) && !Files.isExecutable(Path.of("/sbin/ip"))) {
      return "needs ip (apt-get install iproute2)";
    }
    try {
      Command.run("ip", "link", "add", "leat-probe", "type", "bridge");
      Command.run("ip", "link", "del", "leat-probe");
      return "";
    } catch (IllegalStateException e) {
      return "needs root and network namespaces (" + e.getMessage() + ")";
    }
  }

  public static PrivateNetwork make() {
    PrivateNetwork network = new PrivateNetwork("leat" + ProcessHandle.current().pid());
    Command.run("ip", "link", "add", network.bridge, "type", "bridge");
    Command.run("ip", "addr", "add", HERE + "/24", "dev", network.bridge);
    Command.run("ip", "link", "set", network.bridge, "up");
    return network;
  }

  /** This machine's address in it. */
  public InetAddress here() {
    try {
      return InetAddress.getByName(HERE);
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Makes a namespace for a node. */
  public Place place(String node) {
    int number = addresses.size() + 1;
    String space = bridge + "-" + node;
    String outside = "lv" + ProcessHandle.current().pid() + node;
    Command.run("ip", "netns", "add", space);
    spaces.add(space);
    Command.run(
        "ip", "link", "add", outside, "type", "veth", "peer", "name", "eth0", "netns", space);
    Command.run("ip", "link", "set", outside, "master", bridge);
    Command.run("ip", "link", "set", outside, "up");
    Command.run("ip", "-n", space, "addr", "add", SUBNET + number + "/24", "dev", "eth0");
    Command.run("ip", "-n", space, "link", "set", "eth0", "up");
    Command.run("ip", "-n", space, "link", "set", "lo", "up");
    addresses.put(node, SUBNET + number);
    return new Place(SUBNET + number, HERE, List.of("ip", "netns", "exec", space), Map.of());
  }

  /** From now on what these two send each other is lost. */
  public void separate(String one, String other) {
    lose(one, other);
    lose(other, one);
  }

  private void lose(String from, String to) {
    Command.run(
        "ip",
        "-n",
        space(from),
        "neigh",
        "replace",
        address(to),
        "lladdr",
        NOBODY,
        "dev",
        "eth0",
        "nud",
        "permanent");
  }

  /** From now on they reach each other again. */
  public void heal(String one, String other) {
    Command.run("ip", "-n", space(one), "neigh", "del", address(other), "dev", "eth0");
    Command.run("ip", "-n", space(other), "neigh", "del", address(one), "dev", "eth0");
  }

  private String space(String node) {
    return bridge + "-" + node;
  }

  private String address(String node) {
    return Objects.requireNonNull(addresses.get(node), node);
  }

  @Override
  public void close() {
    spaces.forEach(space -> Command.run("ip", "netns", "del", space));
    Command.run("ip", "link", "del", bridge);
  }
}
