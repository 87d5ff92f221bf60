package dev.leat.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.NodeRole;
import dev.leat.node.NodeUnderTest.Workshop;
import dev.leat.node.telemetry.Collector;
import dev.leat.node.telemetry.Collector.Received;
import dev.leat.testkit.Eventually;
import dev.leat.testkit.TestDatabase;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A call that one node lets in and another runs is one trace. */
@Timeout(120)
class TraceOverTwoNodesIT {
  private static final String CALLER = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

  @TempDir private Path directory;

  private RunningNode start(
      DatabaseConfig tables,
      Collector collector,
      String name,
      EnumSet<NodeRole> roles,
      List<InetSocketAddress> join) {
    return RunningNode.start(
        NodeConfig.embedded(directory.resolve(name), NodeConfig.DEFAULT_HOST, 0)
            .with(tables)
            .with(TelemetryIT.config(collector))
            .at(new ClusterPlace(name, NodeConfig.DEFAULT_HOST, 0, join), roles));
  }

  @Test
  void call_isOneConnectedTrace() throws Exception {
    try (Collector collector = Collector.start();
        TestDatabase database = TestDatabase.postgres();
        Connection connection = database.dataSource().getConnection()) {
      DatabaseConfig tables =
          new DatabaseConfig(
              connection.getMetaData().getURL(),
              "postgres",
              new Secret(""),
              DatabaseConfig.POOL_SIZE);
      try (RunningNode edge =
              start(
                  tables,
                  collector,
                  "edge",
                  EnumSet.of(NodeRole.GATEWAY, NodeRole.SCHEDULER),
                  List.of());
          RunningNode far =
              start(
                  tables,
                  collector,
                  "far",
                  EnumSet.of(NodeRole.WORKER),
                  List.of(edge.clusterAddress()))) {
        Workshop acme = edge.workshop("acme");
        acme.deploy(
            "talk",
            Guests.logging("hello"),
            "  route: {auth: public}\n  capabilities: {logging: true}\n");
        Eventually.holds(
            "the other node runs it",
            () -> acme.call("POST", "talk").field("traceparent", CALLER).send().status() == 200);
        assertThat(far.port()).isPositive();

        List<Received> trace =
            TelemetryIT.traceOf(
                collector, span -> span.name().equals("dispatch") && ofCaller(span), "log");

        List<Received> answered = lastCall(trace);
        TelemetryIT.assertConnected(answered, "00f067aa0ba902b7");
        Received dispatch = named(answered, "dispatch");
        assertThat(dispatch.attributes()).containsEntry("leat.node", "far");
        assertThat(dispatch.parent()).isEqualTo(named(answered, "talk").id());
        assertThat(named(answered, "exec").parent()).isEqualTo(dispatch.id());
        assertThat(named(answered, "log").parent()).isEqualTo(named(answered, "exec").id());
        assertThat(node(named(answered, "talk"))).isEqualTo("edge");
        assertThat(node(dispatch)).isEqualTo("edge");
        assertThat(node(named(answered, "exec"))).isEqualTo("far");
        assertThat(node(named(answered, "log"))).isEqualTo("far");
      }
    }
  }

  private static boolean ofCaller(Received span) {
    return CALLER.contains(span.trace()) && span.attributes().containsValue("responded");
  }

  /** Only what belongs to the call that ran; those before it were refused. */
  private static List<Received> lastCall(List<Received> trace) {
    Received dispatch =
        trace.stream().filter(TraceOverTwoNodesIT::isDispatch).findFirst().orElseThrow();
    return trace.stream().filter(span -> belongs(span, dispatch.parent(), trace)).toList();
  }

  private static boolean isDispatch(Received span) {
    return span.name().equals("dispatch") && ofCaller(span);
  }

  /** Whether the span is this one, or somewhere beneath it. */
  private static boolean belongs(Received span, String root, List<Received> trace) {
    return span.id().equals(root)
        || trace.stream()
            .anyMatch(other -> other.id().equals(span.parent()) && belongs(other, root, trace));
  }

  private static Received named(List<Received> trace, String name) {
    return trace.stream().filter(span -> span.name().equals(name)).findFirst().orElseThrow();
  }

  private static String node(Received span) {
    return span.resource().getOrDefault("service.instance.id", "");
  }
}
