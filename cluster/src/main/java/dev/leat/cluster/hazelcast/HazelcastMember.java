package dev.leat.cluster.hazelcast;

import com.hazelcast.cluster.InitialMembershipEvent;
import com.hazelcast.cluster.InitialMembershipListener;
import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.config.Config;
import com.hazelcast.config.ListenerConfig;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.LifecycleEvent.LifecycleState;
import com.hazelcast.spi.properties.ClusterProperty;
import com.hazelcast.topic.ITopic;
import dev.leat.cluster.ClusterConfig;
import dev.leat.cluster.ClusterRefused;
import dev.leat.cluster.Hearer;
import dev.leat.cluster.Member;
import dev.leat.cluster.MemberHints;
import dev.leat.cluster.Members;
import dev.leat.cluster.trust.Seals;
import dev.leat.contract.MemberState;
import dev.leat.store.WakeUp;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node's Hazelcast member. It wakes the others and is woken by them, and passes on who came
 * and left. That is a hint: anybody who reaches the members' port may say it, and a member that
 * others shut down is started again. What nodes {@link #say} to each other is sealed.
 */
public final class HazelcastMember implements WakeUp, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HazelcastMember.class);

  /**
   * At most one message in flight in this time, and one wake: 200 a second, whoever sends how many.
   */
  static final Duration INTERVAL = Duration.ofMillis(5);

  private static final Duration RESTART_AFTER = Duration.ofSeconds(10);
  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);

  /** The message itself means nothing. */
  private static final Integer MESSAGE = 1;

  private final ClusterConfig config;
  private final Duration restartAfter;
  private final Coalesced sending = new Coalesced("wake-others", this::publish, INTERVAL);
  private volatile @Nullable Coalesced waking;
  private volatile @Nullable Conversation conversation;
  private volatile @Nullable HazelcastInstance instance;
  private volatile @Nullable ITopic<Integer> topic;
  private volatile boolean closed;

  public HazelcastMember(ClusterConfig config) {
    this(config, RESTART_AFTER);
  }

  HazelcastMember(ClusterConfig config, Duration restartAfter) {
    this.config = config;
    this.restartAfter = restartAfter;
  }

  /** What a member tells, and whom. */
  private record Ears(
      Members members, MemberHints hints, Coalesced waking, IntConsumer listening) {}

  /**
   * Begins to start the member, which joins those whom the directory knows. That takes a second or
   * two, for which nobody need wait: the node does without a member meanwhile, as it does when that
   * fails. It is tried again then.
   *
   * @param members with this node, which has claimed its name
   * @param wake called when others have committed something; must not block
   * @param listening told the port on which it listens, at each start
   * @throws ClusterRefused if its port is taken
   */
  public void start(Members members, MemberHints hints, Runnable wake, IntConsumer listening)
      throws ClusterRefused {
    refuseTakenPort(members.self().clusterHost());
    Ears ears = new Ears(members, hints, new Coalesced("wake", wake, INTERVAL), listening);
    waking = ears.waking;
    ears.waking.start();
    sending.start();
    Conversation talk = conversation;
    if (talk != null) {
      talk.start();
    }
    openAfter(Duration.ZERO, ears);
  }

  /** To be called before the start, if what others {@link #say} is to be heard, and to say any. */
  public void hear(Seals seals, Hearer hearer) {
    conversation = new Conversation(seals, hearer);
  }

  private void refuseTakenPort(String host) throws ClusterRefused {
    if (config.memberPort() == 0) {
      return;
    }
    try (ServerSocket free = new ServerSocket()) {
      InetAddress address = MemberSettings.ownAddress(host).orElse(null);
      free.bind(new InetSocketAddress(address, config.memberPort()));
    } catch (IOException e) {
      throw new ClusterRefused(
          "The Hazelcast member cannot listen on port %d of %s: %s. Free it, or set cluster.member-port to another."
              .formatted(config.memberPort(), host, e.getMessage()));
    }
  }

  private void openAfter(Duration pause, Ears ears) {
    Thread.ofPlatform()
        .daemon()
        .name("hazelcast-start")
        .start(() -> {
          LockSupport.parkNanos(pause.toNanos());
          if (!closed) {
            openOrRetry(ears);
          }
        });
  }

  private synchronized void openOrRetry(Ears ears) {
    if (instance().filter(opened -> opened.getLifecycleService().isRunning()).isPresent()) {
      return;
    }
    try {
      open(ears);
    } catch (RuntimeException e) {
      LOG.warn("The Hazelcast member did not start; it is tried again", e);
      openAfter(restartAfter, ears);
    }
  }

  private void open(Ears ears) {
    // What it logs before it has read its settings would go elsewhere.
    System.setProperty(ClusterProperty.LOGGING_TYPE.getName(), "slf4j");
    KnownAddresses addresses = new KnownAddresses(ears.members);
    Config settings = MemberSettings.of(config, ears.members.self(), addresses);
    settings.addListenerConfig(new ListenerConfig(new Hints(ears.hints)));
    HazelcastInstance opened = Hazelcast.newHazelcastInstance(settings);
    addresses.joined();
    instance = opened;
    opened
        .getLifecycleService()
        .addLifecycleListener(event -> {
          if (event.getState() == LifecycleState.SHUTDOWN && !closed) {
            LOG.warn("The Hazelcast member was shut down by others; it is started again");
            topic = null;
            byNone();
            openAfter(restartAfter, ears);
          }
        });
    ITopic<Integer> wakes = opened.getTopic(MemberSettings.WAKE);
    wakes.addMessageListener(message -> {
      if (!message.getPublishingMember().localMember()) {
        ears.waking.ask();
      }
    });
    topic = wakes;
    Conversation talk = conversation;
    if (talk != null) {
      talk.by(opened.getTopic(MemberSettings.BROADCAST));
    }
    tellIfAlone(opened, ears.members);
    ears.listening.accept(opened.getCluster().getLocalMember().getAddress().getPort());
    if (closed) {
      shutDown();
    }
  }

  /** Members that cannot reach each other are no failure, and easily overlooked. */
  private static void tellIfAlone(HazelcastInstance opened, Members members) {
    List<String> others =
        members.all().stream()
            .filter(member -> member.state() != MemberState.LOST && member.memberPort() > 0)
            .map(Member::name)
            .filter(name -> !name.equals(members.self().name()))
            .toList();
    if (!others.isEmpty() && opened.getCluster().getMembers().size() == 1) {
      LOG.warn(
          "The Hazelcast member found none of the others: what they change is known here up to a"
              + " second later, and quotas hold by each node's share. Can the nodes reach each"
              + " other's member ports? others={}",
          others);
    }
  }

  @Override
  public void others() {
    sending.ask();
  }

  /** Says this to all other nodes. Never blocks; it may be lost. */
  public void say(byte[] message) {
    Conversation talk = conversation;
    if (talk != null) {
      talk.say(message);
    }
  }

  private void byNone() {
    Conversation talk = conversation;
    if (talk != null) {
      talk.byNone();
    }
  }

  private void publish() {
    ITopic<Integer> wakes = topic;
    if (wakes != null) {
      wakes.publish(MESSAGE);
    }
  }

  @Override
  public void close() {
    closed = true;
    sending.close();
    Coalesced woken = waking;
    if (woken != null) {
      woken.close();
    }
    Conversation talk = conversation;
    if (talk != null) {
      talk.close();
    }
    shutDown();
  }

  private void shutDown() {
    HazelcastInstance running = instance;
    if (running == null) {
      return;
    }
    Thread leaving = Thread.ofPlatform().daemon().name("hazelcast-leave").start(running::shutdown);
    try {
      if (!leaving.join(CLOSE_PATIENCE)) {
        LOG.warn("The Hazelcast member did not leave in time; the others find that it is gone");
        running.getLifecycleService().terminate();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The last that was started. */
  Optional<HazelcastInstance> instance() {
    return Optional.ofNullable(instance);
  }

  /** Passes on who came and left. */
  private record Hints(MemberHints to) implements InitialMembershipListener {
    @Override
    public void init(InitialMembershipEvent event) {
      event.getMembers().forEach(member -> Start.of(member).ifPresent(this::heard));
    }

    @Override
    public void memberAdded(MembershipEvent event) {
      Start.of(event.getMember()).ifPresent(this::heard);
    }

    @Override
    public void memberRemoved(MembershipEvent event) {
      Start.of(event.getMember())
          .filter(start ->
              // Else a stranger that calls itself so, and leaves, would make it lost.
              event.getMembers().stream()
                  .noneMatch(member -> Start.of(member).equals(Optional.of(start))))
          .ifPresent(start -> to.left(start.node, start.incarnation));
    }

    private void heard(Start start) {
      to.heard(start.node, start.incarnation);
    }
  }

  /** Which start of which node a member says it is. */
  private record Start(String node, long incarnation) {
    static Optional<Start> of(com.hazelcast.cluster.Member member) {
      String node = member.getAttribute(MemberSettings.NAME);
      String incarnation = member.getAttribute(MemberSettings.INCARNATION);
      try {
        return node == null || incarnation == null
            ? Optional.empty()
            : Optional.of(new Start(node, Long.parseLong(incarnation)));
      } catch (NumberFormatException e) {
        return Optional.empty(); // a stranger's
      }
    }
  }
}
