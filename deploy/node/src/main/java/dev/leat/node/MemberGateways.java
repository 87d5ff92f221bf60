package dev.leat.node;

import dev.leat.cluster.Member;
import dev.leat.cluster.Members;
import dev.leat.contract.MemberState;
import dev.leat.contract.NodeRole;
import dev.leat.tenants.budget.Gateways;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** The members of the cluster that have a role; of those who hold a budget together. */
final class MemberGateways implements Gateways {
  private final Members members;
  private final Set<NodeRole> roles;
  private volatile Known known = new Known(List.of(), List.of());

  /**
   * @param members the same list until something changes
   */
  private record Known(List<Member> members, List<Gateway> gateways) {}

  /** Those that let requests in. */
  MemberGateways(Members members) {
    this(members, EnumSet.of(NodeRole.GATEWAY));
  }

  private MemberGateways(Members members, Set<NodeRole> roles) {
    this.members = members;
    this.roles = roles;
  }

  /**
   * All of them: functions also run where versions are tried, and who asks a gateway how a quota
   * stands is told what workers took.
   */
  static MemberGateways all(Members members) {
    return new MemberGateways(members, EnumSet.allOf(NodeRole.class));
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
          new Known(now, now.stream().filter(this::isThere).map(MemberGateways::gateway).toList());
      known = before;
    }
    return before.gateways;
  }

  private boolean isThere(Member member) {
    return !Collections.disjoint(roles, member.roles()) && member.state() != MemberState.LOST;
  }

  private static Gateway gateway(Member member) {
    return new Gateway(member.name(), member.incarnation(), member.state() != MemberState.JOINING);
  }
}
