package dev.leat.cluster;

import dev.leat.contract.MemberState;
import dev.leat.contract.NodeRole;
import java.time.Duration;
import java.util.Set;

/**
 * A node as the database knows it.
 *
 * @param name unique in the cluster
 * @param incarnation higher with each start of a node of this name: its fencing number, 0 before it
 *     has claimed its name. A node that finds a higher one has been replaced, and stops
 * @param roles at least one
 * @param address where it answers HTTP, such as {@code http://10.0.0.7:8080}
 * @param clusterHost where other nodes reach it
 * @param clusterPort the port of its HTTP/2 with mutual TLS
 * @param memberPort the port of its Hazelcast member; 0 while it has none
 * @param version of the software, for people
 * @param state as it said itself; {@link MemberState#LOST} when its claim has lapsed
 * @param skew its wall clock ahead of the database's; negative when behind
 */
public record Member(
    String name,
    long incarnation,
    Set<NodeRole> roles,
    String address,
    String clusterHost,
    int clusterPort,
    int memberPort,
    String version,
    MemberState state,
    Duration skew) {
  public Member {
    roles = Set.copyOf(roles);
  }

  /** The same of another start. */
  public Member withIncarnation(long other) {
    return new Member(
        name, other, roles, address, clusterHost, clusterPort, memberPort, version, state, skew);
  }

  /** The same in another state. */
  public Member withState(MemberState other) {
    return new Member(
        name,
        incarnation,
        roles,
        address,
        clusterHost,
        clusterPort,
        memberPort,
        version,
        other,
        skew);
  }

  /** The same, answering HTTP there. */
  public Member withAddress(String other) {
    return new Member(
        name,
        incarnation,
        roles,
        other,
        clusterHost,
        clusterPort,
        memberPort,
        version,
        state,
        skew);
  }

  /** The same, listening for others there. */
  public Member withClusterPort(int other) {
    return new Member(
        name, incarnation, roles, address, clusterHost, other, memberPort, version, state, skew);
  }

  /** The same with its Hazelcast member there. */
  public Member withMemberPort(int other) {
    return new Member(
        name, incarnation, roles, address, clusterHost, clusterPort, other, version, state, skew);
  }

  /** The same with its clock so far ahead. */
  public Member withSkew(Duration other) {
    return new Member(
        name,
        incarnation,
        roles,
        address,
        clusterHost,
        clusterPort,
        memberPort,
        version,
        state,
        other);
  }
}
