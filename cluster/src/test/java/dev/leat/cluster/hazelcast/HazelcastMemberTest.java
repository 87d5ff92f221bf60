package dev.leat.cluster.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hazelcast.config.Config;
import com.hazelcast.core.DistributedObject;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import dev.leat.cluster.ClusterConfig;
import dev.leat.cluster.ClusterConfig.Kubernetes;
import dev.leat.cluster.ClusterRefused;
import dev.leat.cluster.Member;
import dev.leat.cluster.MemberHints;
import dev.leat.cluster.Members;
import dev.leat.cluster.trust.ClusterAuthority;
import dev.leat.cluster.trust.Seals;
import dev.leat.contract.MemberState;
import dev.leat.contract.NodeRole;
import dev.leat.testkit.Eventually;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Real members on the loopback address. */
final class HazelcastMemberTest {
  private final ClusterConfig config =
      new ClusterConfig(
          "test-" + UUID.randomUUID(), 0, Duration.ZERO, ClusterConfig.DEFAULT.kubernetes());

  private final ClusterAuthority authority =
      ClusterAuthority.of(candidate -> candidate, InstantSource.system());

  /** What the database would have. */
  private final Map<String, Member> rows = new ConcurrentSkipListMap<>();

  private final List<Node> nodes = new ArrayList<>();
  private final List<HazelcastInstance> strangers = new ArrayList<>();

  @AfterEach
  void close() {
    strangers.forEach(stranger -> stranger.getLifecycleService().terminate());
    nodes.forEach(Node::close);
  }

  @Test
  void start_joinsThoseTheDirectoryKnows_andEachHearsOfTheOther() throws Exception {
    Node a = node("a", config);
    Node b = node("b", config);

    assertThat(a.self().memberPort()).isPositive();
    Eventually.holds("they are one group", () -> a.size() == 2 && b.size() == 2);
    Eventually.holds("a hears b", () -> a.hints.contains("heard b 7"));
    Eventually.holds("b hears a", () -> b.hints.contains("heard a 7"));
  }

  @Test
  void others_wakesThemAndNotItself() throws Exception {
    Node a = node("a", config);
    Node b = node("b", config);
    Eventually.holds("they are one group", () -> a.size() == 2 && b.size() == 2);

    Eventually.holds(
        "b is woken",
        () -> {
          a.member.others();
          return b.wakes.get() > 0;
        });

    assertThat(a.wakes).hasValue(0);
  }

  @Test
  void close_isAHintForTheOthers() throws Exception {
    Node a = node("a", config);
    Node b = node("b", config);
    Eventually.holds("they are one group", () -> a.size() == 2 && b.size() == 2);

    b.close();

    Eventually.holds("a hears it", () -> a.hints.contains("left b 7"));
  }

  @Test
  void killed_isAHintForTheOthers() throws Exception {
    Node a = node("a", config);
    Node b = node(new Node("b", config, Duration.ofHours(1)));
    Eventually.holds("they are one group", () -> a.size() == 2 && b.size() == 2);

    b.instance().getLifecycleService().terminate();

    Eventually.holds("a hears it", () -> a.hints.contains("left b 7"));
  }

  /** As after a partition, or when two start at the same moment. */
  @Test
  void groupsThatDidNotKnowEachOther_becomeOne() throws Exception {
    Node a = node("a", config);
    Member known = rows.remove("a");
    Node b = node("b", config);
    assertThat(b.size()).isEqualTo(1);

    rows.put("a", known);

    Eventually.holds("they are one group", () -> a.size() == 2 && b.size() == 2);
    Eventually.holds(
        "they wake each other",
        () -> {
          a.member.others();
          b.member.others();
          return a.wakes.get() > 0 && b.wakes.get() > 0;
        });
  }

  @Test
  void shutDownByOthers_isStartedAgain() throws Exception {
    Node a = node("a", config);
    Node b = node("b", config);
    Eventually.holds("they are one group", () -> a.size() == 2 && b.size() == 2);

    b.instance().getLifecycleService().terminate();

    Eventually.holds("it is back", () -> a.size() == 2 && b.size() == 2);
    Eventually.holds("a hears it", () -> a.hints.getLast().equals("heard b 7"));
    Eventually.holds(
        "it wakes again",
        () -> {
          b.member.others();
          return a.wakes.get() > 0;
        });
  }

  @Test
  void say_isHeardByTheOthers_andReadByNoStranger() throws Exception {
    Node a = node("a", config);
    Node b = node("b", config);
    HazelcastInstance stranger = stranger(settings -> {});
    Eventually.holds("they are one group", () -> a.size() == 3 && b.size() == 3);
    List<String> overheard = new CopyOnWriteArrayList<>();
    stranger
        .<byte[]>getTopic("broadcast")
        .addMessageListener(message ->
            overheard.add(new String(message.getMessageObject(), StandardCharsets.ISO_8859_1)));

    Eventually.holds(
        "b hears it, and the stranger something",
        () -> {
          a.member.say("acme".getBytes(StandardCharsets.UTF_8));
          return b.said.contains("a 7 acme") && !overheard.isEmpty();
        });

    assertThat(overheard).noneMatch(text -> text.contains("acme"));
  }

  @Test
  void strangersWords_areNotHeard() throws Exception {
    Node a = node("a", config);
    Node b = node("b", config);
    HazelcastInstance stranger = stranger(settings -> {});
    Eventually.holds("they are one group", () -> a.size() == 3 && b.size() == 3);

    stranger.getTopic("broadcast").publish("acme");
    stranger.getTopic("broadcast").publish(new byte[100_000]);
    stranger.getTopic("broadcast").publish(new Evil("x"));
    Eventually.holds(
        "b hears a",
        () -> {
          a.member.say("acme".getBytes(StandardCharsets.UTF_8));
          return !b.said.isEmpty();
        });

    assertThat(b.said).containsOnly("a 7 acme");
    assertThat(a.said).isEmpty();
  }

  @Test
  void say_afterTheMemberWasShutDown_isHeardAgain() throws Exception {
    Node a = node("a", config);
    Node b = node("b", config);
    Eventually.holds("they are one group", () -> a.size() == 2 && b.size() == 2);

    b.instance().getLifecycleService().terminate();
    b.member.say("lost".getBytes(StandardCharsets.UTF_8));

    Eventually.holds(
        "they hear each other",
        () -> {
          a.member.say("a".getBytes(StandardCharsets.UTF_8));
          b.member.say("b".getBytes(StandardCharsets.UTF_8));
          return a.said.contains("b 7 b") && b.said.contains("a 7 a");
        });
  }

  @Test
  void nothingButTheTopicsIsInHazelcast() throws Exception {
    Node a = node("a", config);
    node("b", config);
    a.member.others();

    assertThat(a.instance().getDistributedObjects())
        .extracting(DistributedObject::getName)
        .containsExactlyInAnyOrder("wake", "broadcast");
    assertThat(a.instance().getCluster().getLocalMember().getAttributes())
        .containsOnlyKeys("leat.node", "leat.incarnation");
  }

  /** A member that is not ours, with the name of one that is. */
  @Test
  void strangerOfAKnownName_thatLeaves_doesNotMakeItLost() throws Exception {
    Node a = node("a", config);
    Node b = node("b", config);
    Eventually.holds("they are one group", () -> a.size() == 2 && b.size() == 2);

    HazelcastInstance stranger =
        stranger(settings ->
            settings
                .getMemberAttributeConfig()
                .setAttribute("leat.node", "b")
                .setAttribute("leat.incarnation", "7"));
    Eventually.holds("it is in", () -> a.size() == 3);
    stranger.getLifecycleService().terminate();
    Eventually.holds("it is out", () -> a.size() == 2);

    b.close();
    Eventually.holds("the real one is missed", () -> a.hints.contains("left b 7"));
    assertThat(a.hints.stream().filter("left b 7"::equals)).hasSize(1);
  }

  @Test
  void strangerWithNonsenseForANumber_isNoHint() throws Exception {
    Node a = node("a", config);

    stranger(settings ->
        settings
            .getMemberAttributeConfig()
            .setAttribute("leat.node", "b")
            .setAttribute("leat.incarnation", "many"));
    Eventually.holds("it is in", () -> a.size() == 2);

    assertThat(a.hints).isNotEmpty().containsOnly("heard a 7");
  }

  @Test
  void strangersFlood_wakesSeldom() throws Exception {
    Node a = node("a", config);
    HazelcastInstance stranger = stranger(settings -> {});
    Eventually.holds("it is in", () -> a.size() == 2);
    long start = System.nanoTime();

    for (int i = 0; i < 20_000; i++) {
      stranger.getTopic("wake").publish("x".repeat(100));
    }
    Eventually.holds("it is woken", () -> a.wakes.get() > 0);
    long intervals = (System.nanoTime() - start) / HazelcastMember.INTERVAL.toNanos();

    assertThat(a.wakes.get()).isLessThanOrEqualTo((int) intervals + 1);
  }

  /** What a stranger stores stays with the stranger. */
  @Test
  void strangersMap_isNotHeldHere() throws Exception {
    Node a = node("a", config);
    HazelcastInstance stranger = stranger(settings -> {});
    Eventually.holds("it is in", () -> a.size() == 2);

    for (int i = 0; i < 100; i++) {
      stranger.getMap("junk").put(i, "x".repeat(1_000));
    }

    assertThat(a.instance().getMap("junk").getLocalMapStats().getOwnedEntryCount()).isZero();
    assertThat(a.instance().getMap("junk").getLocalMapStats().getBackupEntryCount()).isZero();
  }

  @Test
  void strangersObject_isNotRead() throws Exception {
    Node a = node("a", config);
    HazelcastInstance stranger = stranger(settings -> {});
    Eventually.holds("it is in", () -> a.size() == 2);
    ConcurrentHashMap<String, Object> read = new ConcurrentHashMap<>();
    a.instance()
        .getTopic("objects")
        .addMessageListener(message -> {
          try {
            read.put("object", message.getMessageObject());
          } catch (RuntimeException e) {
            read.put("refused", String.valueOf(e.getCause()));
          }
        });

    Eventually.holds(
        "it is refused",
        () -> {
          stranger.getTopic("objects").publish(new Evil("x"));
          return !read.isEmpty();
        });

    assertThat(read).containsOnlyKeys("refused");
  }

  record Evil(String payload) implements java.io.Serializable {}

  @Test
  void portThatIsTaken_isRefusedWithTheRemedy() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      ClusterConfig there = config.withMemberPort(taken.getLocalPort());

      assertThatThrownBy(() -> node("a", there))
          .isInstanceOf(ClusterRefused.class)
          .hasMessageContaining(Integer.toString(taken.getLocalPort()))
          .hasMessageContaining("cluster.member-port");
    }
  }

  /** Kubernetes' discovery asks a name server: this machine's own name stands for the service. */
  @Test
  void kubernetes_findsMembersByTheServicesName() throws Exception {
    int port = freePort();
    Kubernetes service = new Kubernetes("localhost", "", "");
    Node a = node("a", new ClusterConfig(config.name(), port, Duration.ZERO, service));
    rows.clear(); // the directory knows nobody
    HazelcastInstance b =
        started(
            MemberSettings.of(
                new ClusterConfig(config.name(), port, Duration.ZERO, service),
                member("b"),
                new KnownAddresses(new Node("b", config, Duration.ofHours(1)))),
            settings ->
                settings
                    .getAdvancedNetworkConfig()
                    .getEndpointConfigs()
                    .values()
                    .forEach(endpoint ->
                        ((com.hazelcast.config.ServerSocketEndpointConfig) endpoint).setPort(0)));

    Eventually.holds(
        "they are one group", () -> a.size() == 2 && b.getCluster().getMembers().size() == 2);
  }

  private Node node(String name, ClusterConfig there) throws ClusterRefused {
    return node(new Node(name, there, Duration.ofMillis(100)));
  }

  private Node node(Node node) throws ClusterRefused {
    nodes.add(node);
    node.start();
    return node;
  }

  /** A data member that whoever reaches the port may start. */
  private HazelcastInstance stranger(Consumer<Config> change) throws IOException {
    Node known = new Node("stranger", config, Duration.ofHours(1));
    Config settings = MemberSettings.of(config, known.self(), new KnownAddresses(known));
    settings.setLiteMember(false);
    settings.getSerializationConfig().setJavaSerializationFilterConfig(null);
    settings.setMemberAttributeConfig(new com.hazelcast.config.MemberAttributeConfig());
    return started(settings, change);
  }

  private HazelcastInstance started(Config settings, Consumer<Config> change) {
    settings.setInstanceName(UUID.randomUUID().toString());
    change.accept(settings);
    HazelcastInstance started = Hazelcast.newHazelcastInstance(settings);
    strangers.add(started);
    return started;
  }

  private static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return free.getLocalPort();
    }
  }

  private static Member member(String name) {
    return new Member(
        name,
        7,
        Set.of(NodeRole.WORKER),
        "http://127.0.0.1:8080",
        "127.0.0.1",
        7_000,
        0,
        "0.1.0",
        MemberState.READY,
        Duration.ZERO);
  }

  private final class Node implements Members, MemberHints, AutoCloseable {
    final String name;
    final HazelcastMember member;
    final AtomicInteger wakes = new AtomicInteger();
    final List<String> hints = new CopyOnWriteArrayList<>();
    final List<String> said = new CopyOnWriteArrayList<>();

    Node(String name, ClusterConfig there, Duration restartAfter) {
      this.name = name;
      this.member = new HazelcastMember(there, restartAfter);
      member.hear(
          new Seals(authority, this),
          (node, incarnation, message) ->
              said.add(
                  node + " " + incarnation + " " + new String(message, StandardCharsets.UTF_8)));
    }

    void start() throws ClusterRefused {
      member.start(
          this,
          this,
          wakes::incrementAndGet,
          port -> rows.compute(name, (key, row) -> self().withMemberPort(port)));
      Eventually.holds("it listens", () -> self().memberPort() != 0);
    }

    HazelcastInstance instance() {
      return member.instance().orElseThrow();
    }

    int size() {
      return instance().getLifecycleService().isRunning()
          ? instance().getCluster().getMembers().size()
          : 0;
    }

    @Override
    public Member self() {
      return rows.getOrDefault(name, member(name));
    }

    @Override
    public List<Member> all() {
      return List.copyOf(rows.values());
    }

    @Override
    public void onChange(Consumer<List<Member>> listener) {
      throw new UnsupportedOperationException("Nobody listens");
    }

    @Override
    public void left(String node, long incarnation) {
      hints.add("left " + node + " " + incarnation);
    }

    @Override
    public void heard(String node, long incarnation) {
      hints.add("heard " + node + " " + incarnation);
    }

    @Override
    public void close() {
      member.close();
    }
  }
}
