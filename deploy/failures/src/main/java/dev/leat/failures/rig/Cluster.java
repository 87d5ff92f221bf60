package dev.leat.failures.rig;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Nodes on one database, each in a process of its own, and a tenant with the functions of the load.
 * Confined to one thread.
 */
public final class Cluster implements AutoCloseable {
  public static final String ALL = "gateway,scheduler,worker";

  /** Below those that the system gives to outgoing connections, which must not take a node's. */
  private static final int PORT_MIN = 20_000;

  private static final int PORT_MAX = 32_000;
  private static final String TENANT = "load";

  /** Of ten requests one sleeps, so that some are always running when something breaks. */
  public static final int ONE_SLEEPS_OF = 10;

  /** Of no request. */
  public static final int NONE_SLEEPS = Integer.MAX_VALUE;

  private static final Duration SLEEP = Duration.ofMillis(50);

  private final Path directory;
  private final int databasePort;
  private final Random random;
  private final PostgresServer server;
  private final String database;
  private final Map<String, NodeProcess> nodes = new LinkedHashMap<>();
  private final Map<String, String> clusterAddresses = new LinkedHashMap<>();
  private final Map<String, Boolean> gateways = new LinkedHashMap<>();
  private @Nullable Path launcher;
  private @Nullable ControlPlane developer;
  private String token = "";

  /**
   * @param directory for all that the nodes write; made
   * @param databasePort where they reach the server: its own, or that of something between
   * @param random for which request sleeps
   */
  public Cluster(Path directory, PostgresServer server, int databasePort, Random random) {
    this.directory = directory;
    this.databasePort = databasePort;
    this.random = random;
    this.server = server;
    this.database = server.newDatabase();
  }

  /** Nodes that are made from now on are started by this launcher, from the built distribution. */
  public Cluster by(Path script) {
    launcher = script;
    return this;
  }

  /** What its nodes keep in the database. */
  public Tables tables() {
    return server.tables(database);
  }

  /** A node that runs alone, as {@code leat up} does; not started. */
  public NodeProcess single(String name) throws IOException {
    return add(name, ALL, Place.HERE, freePort(), config(Place.HERE), List.of("up"));
  }

  /** Likewise, with its embedded database instead of that of the others. */
  public NodeProcess embedded(String name) throws IOException {
    return add(name, ALL, Place.HERE, freePort(), "", List.of("up"));
  }

  /** A node of the cluster, not started. */
  public NodeProcess node(String name, String roles, Place place) throws IOException {
    return node(name, name, roles, place);
  }

  /**
   * Likewise.
   *
   * @param key what it is called here
   * @param name what it calls itself
   */
  public NodeProcess node(String key, String name, String roles, Place place) throws IOException {
    return node(key, name, roles, place, freePort(), freePort());
  }

  /** A node that is to listen where somebody else may listen already. */
  public NodeProcess nodeAt(String name, int port, int clusterPort) throws IOException {
    return node(name, name, ALL, Place.HERE, port, clusterPort);
  }

  private NodeProcess node(
      String key, String name, String roles, Place place, int port, int clusterPort)
      throws IOException {
    clusterAddresses.put(key, place.address() + ":" + clusterPort);
    return add(
        key,
        roles,
        place,
        port,
        config(place),
        List.of(
            "node",
            "--name",
            name,
            "--roles",
            roles,
            "--cluster-port",
            String.valueOf(clusterPort)));
  }

  private NodeProcess add(
      String name, String roles, Place place, int port, String settings, List<String> arguments)
      throws IOException {
    Path home = directory.resolve(name);
    Files.createDirectories(home);
    Path config = home.resolve("node.yaml");
    Files.writeString(config, settings);
    List<String> all = new ArrayList<>(arguments);
    all.addAll(List.of("--config", config.toString()));
    NodeProcess node = new NodeProcess(name, place, port, home, all);
    if (launcher != null) {
      node.by(launcher);
    }
    nodes.put(name, node);
    gateways.put(name, roles.contains("gateway"));
    return node;
  }

  private String config(Place place) {
    return """
    database:
      url: jdbc:postgresql://%s:%d/%s
      user: postgres
      pool-size: 4
    """
        .formatted(place.databaseAddress(), databasePort, database);
  }

  /** Starts the first nodes: one begins the cluster, the others join it, all at once. */
  public void start() throws IOException {
    List<NodeProcess> all = List.copyOf(nodes.values());
    start(all.getFirst(), true);
    all.getFirst().awaitReady();
    for (NodeProcess node : all.subList(1, all.size())) {
      start(node, false);
    }
    for (NodeProcess node : all) {
      node.awaitReady();
    }
  }

  /** Starts a node again, or one more: it joins by all others that there are. */
  public void join(NodeProcess node) throws IOException {
    start(node, false);
  }

  /** Likewise, by this one alone. */
  public void joinBy(NodeProcess node, NodeProcess by) throws IOException {
    node.start("--join", Objects.requireNonNull(clusterAddresses.get(by.name())));
  }

  private void start(NodeProcess node, boolean isFirst) throws IOException {
    if (!clusterAddresses.containsKey(node.name())) {
      node.start();
    } else if (isFirst) {
      node.start("--bootstrap");
    } else {
      node.start("--join", addressesWithout(node));
    }
  }

  private String addressesWithout(NodeProcess node) {
    return clusterAddresses.entrySet().stream()
        .filter(entry -> !entry.getKey().equals(node.name()))
        .map(Map.Entry::getValue)
        .collect(Collectors.joining(","));
  }

  /** Where other nodes reach it. */
  public InetSocketAddress clusterAddress(NodeProcess node) {
    String address = Objects.requireNonNull(clusterAddresses.get(node.name()));
    int colon = address.lastIndexOf(':');
    return new InetSocketAddress(
        address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)));
  }

  public List<NodeProcess> nodes() {
    return List.copyOf(nodes.values());
  }

  /** Those that clients can call. */
  public List<NodeProcess> gateways() {
    return nodes.values().stream().filter(node -> isGateway(node)).toList();
  }

  private boolean isGateway(NodeProcess node) {
    return gateways.getOrDefault(node.name(), false);
  }

  /** The control plane of a node, as an operator. */
  public ControlPlane controlPlane(NodeProcess node) throws IOException {
    return new ControlPlane(node.url(), nodes.values().iterator().next().operatorToken());
  }

  /** Deploys the functions of the load, and waits until every gateway calls them. */
  public void deploy() throws IOException {
    tenant();
    deploy("quick", Duration.ZERO);
    deploy("slow", SLEEP);
    try (LoadBalancer balancer = balancer()) {
      long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
      int inARow = 0;
      for (int i = 0; inARow < 4 * gateways().size(); i++) {
        Entry entry =
            balancer.send(head(i % 2 == 0 ? "quick" : "slow"), "first-" + i, System.nanoTime());
        inARow = entry.ending().isAnswered() ? inARow + 1 : 0;
        if (System.nanoTime() - deadline > 0) {
          throw new IOException("The functions cannot be called: " + entry);
        }
      }
    }
  }

  /** Deploys one more function of the load. */
  public void deploy(String function) throws IOException {
    deploy(function, SLEEP);
  }

  private void deploy(String function, Duration sleep) throws IOException {
    deploy(
        function,
        Witness.module(sleep),
        """
          contract: wasi
          instances: {min: 1, max: 64, idle: 5m}
          capabilities: {logging: true}
        """);
  }

  /** Makes the tenant of the load, without its functions; answers a token that may call. */
  public String tenant() throws IOException {
    ControlPlane control = controlPlane(gateways().getFirst());
    developer = control;
    token = control.tenant(TENANT);
    return token;
  }

  /**
   * Deploys a function of the load's tenant; answers its path.
   *
   * @param spec more lines of the manifest's spec, each indented by two
   */
  public String deploy(String function, byte[] module, String spec) throws IOException {
    Objects.requireNonNull(developer, "no tenant").deploy(TENANT, function, module, spec);
    return "/f/" + TENANT + "/" + function;
  }

  /** The token of the load's tenant. */
  public String token() {
    return token;
  }

  /** One that goes by what the gateways say of themselves. */
  public LoadBalancer balancer() {
    return new LoadBalancer(gateways().stream().map(NodeProcess::target).toList());
  }

  /**
   * A load at this rate; it is not started.
   *
   * @param oneSleepsOf of so many requests one sleeps
   */
  public OpenLoop load(LoadBalancer balancer, String prefix, int perSecond, int oneSleepsOf) {
    return new OpenLoop(balancer, prefix, perSecond, heads(oneSleepsOf));
  }

  /** Clients that wait for their answers, likewise. */
  public ClosedLoop clients(LoadBalancer balancer, String prefix, int oneSleepsOf) {
    return new ClosedLoop(balancer, prefix, heads(oneSleepsOf));
  }

  private IntFunction<String> heads(int oneSleepsOf) {
    long seed = random.nextLong();
    String quick = head("quick");
    String slow = head("slow");
    return number -> new Random(seed ^ number).nextInt(oneSleepsOf) == 0 ? slow : quick;
  }

  /** The line and fields of a call of a function. */
  public String head(String function) {
    return "POST /f/%s/%s HTTP/1.1\r\nHost: leat\r\nAuthorization: Bearer %s\r\n"
        .formatted(TENANT, function, token);
  }

  /** The members as a node shows them: each one's state by its name. */
  public Map<String, String> members(NodeProcess asked) throws IOException {
    JsonNode members = controlPlane(asked).get("/v1/cluster").path("members");
    Map<String, String> states = new LinkedHashMap<>();
    members.forEach(
        member -> states.put(member.path("name").asText(), member.path("state").asText()));
    return states;
  }

  /** How far a member's clock is off, as a node shows it. */
  public String skew(NodeProcess asked, String member) throws IOException {
    for (JsonNode each : controlPlane(asked).get("/v1/cluster").path("members")) {
      if (each.path("name").asText().equals(member)) {
        return each.path("clockSkewMillis").asText() + " ms";
      }
    }
    return "";
  }

  /** How many rows the scheduler's decisions have in the database. */
  public long assignments() {
    return tables().count("SELECT COUNT(*) FROM assignments");
  }

  /** Where a node's Hazelcast member listens, 0 if it has none. */
  public long memberPort(String node) {
    return tables().count("SELECT member_port FROM nodes WHERE name = '" + node + "'");
  }

  /** What all nodes have logged. */
  public List<Path> logs() {
    return nodes.values().stream().map(NodeProcess::log).filter(Files::exists).toList();
  }

  /** One that nobody listens at. */
  public int freePort() {
    while (true) {
      // Not by the seed: two runs with one seed on one machine would take each other's ports.
      int port = ThreadLocalRandom.current().nextInt(PORT_MIN, PORT_MAX);
      try (ServerSocket probe =
          new ServerSocket(port, 1, InetAddress.getByName(Place.HERE.address()))) {
        return probe.getLocalPort();
      } catch (IOException e) {
        // Somebody has it: another.
      }
    }
  }

  @Override
  public void close() {
    nodes.values().forEach(NodeProcess::close);
  }
}
