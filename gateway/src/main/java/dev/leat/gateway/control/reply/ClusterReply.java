package dev.leat.gateway.control.reply;

import java.util.List;

/** The nodes of the cluster, by name. */
public record ClusterReply(List<MemberReply> members) {
  public ClusterReply {
    members = List.copyOf(members);
  }
}
