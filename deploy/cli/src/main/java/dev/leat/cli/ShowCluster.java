package dev.leat.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import picocli.CommandLine.Command;

/** {@code leat cluster}. */
@Command(name = "cluster", description = "Show the nodes of the platform, for operators.")
final class ShowCluster implements Runnable {
  private final Session session;

  ShowCluster(Session session) {
    this.session = session;
  }

  @Override
  public void run() {
    JsonNode cluster = session.api().get(ApiClient.path("v1", "cluster"));
    ArrayNode members = Json.object().arrayNode();
    cluster.path("members").forEach(members::add);
    session
        .output()
        .list(
            members,
            "name",
            "roles",
            "address",
            "clusterAddress",
            "state",
            "version",
            "inFlight",
            "capacity",
            "clockSkewMillis");
  }
}
