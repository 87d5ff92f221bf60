package dev.leat.cluster.hazelcast;

import com.hazelcast.cluster.Address;
import com.hazelcast.spi.discovery.DiscoveryNode;
import com.hazelcast.spi.discovery.SimpleDiscoveryNode;
import com.hazelcast.spi.discovery.integration.DiscoveryService;
import dev.leat.cluster.Member;
import dev.leat.cluster.Members;
import dev.leat.contract.MemberState;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where other members may listen: as the directory has it whenever Hazelcast asks, at the join and
 * again while it looks for another part of a split cluster.
 */
final class KnownAddresses implements DiscoveryService {
  private final Members members;
  private volatile boolean isJoined;

  KnownAddresses(Members members) {
    this.members = members;
  }

  /** From now on the lost are looked for too: they may be what a partition has split off. */
  void joined() {
    isJoined = true;
  }

  @Override
  public Iterable<DiscoveryNode> discoverNodes() {
    return others().toList();
  }

  private Stream<DiscoveryNode> others() {
    return members.all().stream()
        .filter(member -> !member.name().equals(members.self().name()))
        .filter(member -> member.memberPort() != 0)
        .filter(member -> isJoined || member.state() != MemberState.LOST)
        .flatMap(member -> address(member).stream())
        .map(SimpleDiscoveryNode::new);
  }

  private static Optional<Address> address(Member member) {
    try {
      return Optional.of(new Address(member.clusterHost(), member.memberPort()));
    } catch (UnknownHostException e) {
      return Optional.empty(); // it may have a name the next time
    }
  }

  @Override
  public Map<String, String> discoverLocalMetadata() {
    return Map.of();
  }

  @Override
  public void start() {
    // the directory is there
  }

  @Override
  public void destroy() {
    // and stays
  }
}
