package dev.leat.node;

import dev.leat.cluster.Member;
import dev.leat.cluster.Members;
import dev.leat.contract.MemberState;
import dev.leat.contract.NodeRole;
import dev.leat.tenants.budget.Gateways;
import java.util.List;

/** The gateways among the members of the cluster. */
final class MemberGateways implements Gateways {
  private final Members members;
  private volatile Known known = new Known(List.of(), List.of());

  /**
   * @param members the same list until something changes
   */
  private record Known(List<Member> members, List<Gateway> gateways) {}

  MemberGateways(Members members) {
    this.members = members;
  }

  @Override
  public Gateway self() {
    return gateway(members.self());
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // asked many times a second
  public List<Gateway> all() {
    List<Member> now = members.all();
    Known before = known;
    if (before.members != now) {
      before =
          new Known(
              now,
              now.stream().filter(MemberGateways::isThere).map(MemberGateways::gateway).toList());
      known = before;
    }
    return before.gateways;
  }

  private static boolean isThere(Member member) {
    return member.roles().contains(NodeRole.GATEWAY) && member.state() != MemberState.LOST;
  }

  private static Gateway gateway(Member member) {
    return new Gateway(member.name(), member.incarnation(), member.state() != MemberState.JOINING);
  }
}
