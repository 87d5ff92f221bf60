package dev.leat.node;

import dev.leat.cluster.ClusterRefused;
import dev.leat.cluster.Member;
import dev.leat.cluster.NodeDirectory;
import dev.leat.cluster.hazelcast.HazelcastMember;
import dev.leat.cluster.jdbi.JdbiAuthorityStore;
import dev.leat.cluster.jdbi.JdbiNodeStore;
import dev.leat.cluster.trust.ClusterAuthority;
import dev.leat.cluster.trust.Seals;
import dev.leat.contract.MemberState;
import dev.leat.contract.NodeRole;
import dev.leat.store.JdbiLeases;
import dev.leat.store.Leases;
import dev.leat.store.WakeUp;
import dev.leat.store.encryption.WrappedKeys;
import dev.leat.tenants.Meters;
import dev.leat.tenants.budget.ClusterBudgets;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** This node among the others of its cluster: its claim to its name, and what it hears of them. */
final class Membership {
  private static final Logger LOG = LoggerFactory.getLogger(Membership.class);

  /** With the start of a JVM before it, less than ten seconds. */
  private static final Duration JOIN_PATIENCE = Duration.ofSeconds(6);

  /** For one that lives, by the database: it may be busy, or the network slow. */
  private static final Duration ANSWER_PATIENCE = Duration.ofSeconds(30);

  private static final Duration JOIN_POLL = Duration.ofMillis(200);

  final ClusterPlace place;
  final Leases leases;
  final NodeDirectory directory;

  /** What this node, if it is a gateway, holds together with the others. */
  private final @Nullable ClusterBudgets budgets;

  /** What functions send, which all nodes hold together. */
  private final ClusterBudgets outbound;

  /** Where the cluster's authority is kept. */
  final JdbiAuthorityStore authorities;

  private final HazelcastMember hazelcast;
  private @Nullable ClusterAuthority authority;
  private final CountDownLatch replaced = new CountDownLatch(1);

  Membership(NodeConfig config, ClusterPlace place, DataSource source, WrappedKeys wrapped) {
    this.place = place;
    this.authorities = new JdbiAuthorityStore(source, wrapped);
    this.leases = new JdbiLeases(source);
    this.hazelcast = new HazelcastMember(config.cluster());
    this.directory =
        new NodeDirectory(
            leases,
            new JdbiNodeStore(source, leases),
            hazelcast,
            self(config, place),
            Clock.systemUTC(),
            replaced::countDown);
    this.budgets =
        config.has(NodeRole.GATEWAY)
            ? new ClusterBudgets(new MemberGateways(directory), hazelcast::say, System::nanoTime)
            : null;
    this.outbound =
        ClusterBudgets.outbound(MemberGateways.all(directory), hazelcast::say, System::nanoTime);
  }

  private static Member self(NodeConfig config, ClusterPlace place) {
    return new Member(
        place.name(),
        0,
        config.roles(),
        place.urlOf(config.host(), config.port()),
        place.host(),
        place.port(),
        0,
        SoftwareVersion.text(),
        MemberState.JOINING,
        Duration.ZERO);
  }

  WakeUp wakeUp() {
    return hazelcast;
  }

  /** Claims the node's name, and renews the claim from now on. */
  void claim() throws ClusterRefused {
    directory.claim();
    directory.start();
    authority = ClusterAuthority.of(authorities, InstantSource.system());
  }

  /** By which the nodes know each other; there is one since the claim. */
  ClusterAuthority authority() {
    return Objects.requireNonNull(authority, "read when the name was claimed");
  }

  /**
   * Starts to hear of the others.
   *
   * @param woken called when others have committed something; must not block
   * @param answers whether a node can be reached; may block
   * @throws IOException if this node is to join a cluster of which nobody answers
   */
  void join(Runnable woken, Predicate<Member> answers) throws IOException {
    if (!place.isBootstrap()) {
      awaitAnswer(answers);
    }
    hazelcast.hear(new Seals(authority(), directory), this::heard);
    hazelcast.start(directory, directory, woken, directory::sayMemberPort);
  }

  private void heard(String node, long incarnation, byte[] report) {
    if (budgets != null) {
      budgets.heard(node, incarnation, report);
    }
    outbound.heard(node, incarnation, report);
  }

  /** Nodes are known by their names, so it is looked up whose address each one is. */
  private void awaitAnswer(Predicate<Member> answers) throws IOException {
    long startedNanos = System.nanoTime();
    List<Member> named = List.of();
    Duration patience;
    do {
      named = named();
      Optional<Member> answering = named.stream().filter(answers).findFirst();
      if (answering.isPresent()) {
        LOG.info(
            "Joining the cluster through={} address={}",
            answering.get().name(),
            answering.get().address());
        return;
      }
      LockSupport.parkNanos(JOIN_POLL.toNanos());
      patience = named.isEmpty() ? JOIN_PATIENCE : ANSWER_PATIENCE;
    } while (System.nanoTime() - startedNanos < patience.toNanos());
    String addresses =
        place.join().stream()
            .map(address -> address.getHostString() + ":" + address.getPort())
            .collect(Collectors.joining(", "));
    throw new ClusterRefused(
        named.isEmpty()
            ? "No node of the cluster answers at %s. Correct --join, or start the first node with --bootstrap."
                .formatted(addresses)
            : "No node of the cluster answers at %s, though it lives by what the database has. Let this machine reach it there."
                .formatted(addresses));
  }

  private List<Member> named() {
    return directory.all().stream()
        .filter(member -> !member.name().equals(place.name()))
        .filter(member -> member.state() != MemberState.LOST)
        .filter(this::isNamed)
        .toList();
  }

  private boolean isNamed(Member member) {
    return place.join().stream()
        .anyMatch(address ->
            address.getPort() == member.clusterPort()
                && addresses(address.getHostString())
                    .anyMatch(one -> addresses(member.clusterHost()).anyMatch(one::equals)));
  }

  private static Stream<InetAddress> addresses(String host) {
    try {
      return Stream.of(InetAddress.getAllByName(host));
    } catch (UnknownHostException e) {
      return Stream.empty(); // it may have a name the next time
    }
  }

  /** Counts the requests of a gateway, and those of functions, together with the other nodes. */
  Meters meters() {
    Meters requests = budgets == null ? Meters.local(System::nanoTime) : budgets;
    return requests.with(outbound);
  }

  /** From now on the node holds quotas together with the others. */
  void shareQuotas() {
    if (budgets != null) {
      budgets.start();
    }
    outbound.start();
  }

  void endSharing() {
    outbound.close();
    if (budgets != null) {
      budgets.close();
    }
  }

  /** Blocks until another node has taken this one's name. */
  void awaitReplaced() throws InterruptedException {
    replaced.await();
  }

  boolean isReplaced() {
    return replaced.getCount() == 0;
  }

  void stopHearing() {
    hazelcast.close();
  }

  /** Gives the name back. */
  void leave() {
    directory.close();
  }
}
