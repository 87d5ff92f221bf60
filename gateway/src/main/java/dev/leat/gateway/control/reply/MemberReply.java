package dev.leat.gateway.control.reply;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A node of the cluster; no {@code clusterAddress} where there is no cluster. */
public record MemberReply(
    String name,
    List<String> roles,
    String address,
    @Nullable String clusterAddress,
    String state,
    String version,
    int inFlight,
    int capacity,
    long clockSkewMillis) {
  public MemberReply {
    roles = List.copyOf(roles);
  }
}
