package dev.leat.bench;

import dev.leat.bench.Wrk.Load;
import dev.leat.bench.Wrk.Target;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Loads a bare Vert.x handler and a whole node over loopback, turn and turn about, and prints the
 * node's throughput as a share of the bare handler's, by {@link HttpRounds}.
 *
 * <p>The node is asked as in production: a token that is required, a quota that is counted, an
 * instance put back after each call. Both servers have the node's JVM flags, which are the
 * arguments.
 */
public final class HttpBenchmark {
  private static final int CONNECTIONS = 64;

  private final PrintStream out;

  private HttpBenchmark(PrintStream out) {
    this.out = out;
  }

  public static void main(String[] jvmFlags) throws IOException {
    Path home = Files.createTempDirectory("leat-bench");
    new HttpBenchmark(System.out).run(List.of(jvmFlags), home);
  }

  private void run(List<String> flags, Path home) throws IOException {
    Path data = home.resolve("data");
    try (ChildServer bare = new ChildServer(flags, BareServer.class);
        ChildServer node = new ChildServer(flags, NodeServer.class, data.toString())) {
      out.println("bare pid " + bare.pid() + ", node pid " + node.pid());
      Deployment deployment = new Deployment(home);
      String token = deployment.tenant(node.url(), data.resolve("operator.token"));
      Map<String, String> headers = Map.of("Authorization", "Bearer " + token);
      String noop = node.url() + deployment.sample("noop");
      String echo = node.url() + deployment.sample("echo-json");
      String json = JsonBody.ofKilobyte();
      List<Target> targets =
          List.of(
              new Target("bare", bare::cpuTime, bare.url(), headers, ""),
              new Target("noop", node::cpuTime, noop, headers, ""),
              new Target("bare 1 KB", bare::cpuTime, bare.url(), headers, json),
              new Target("json 1 KB", node::cpuTime, echo, headers, json));
      HttpRounds rounds = new HttpRounds(out, new Wrk(home, CONNECTIONS));
      rounds.measure(targets);
      rounds.head("bare");
      rounds.line("bare", "bare");
      rounds.line("noop", "bare");
      rounds.line("bare 1 KB", "bare 1 KB");
      rounds.line("json 1 KB", "bare 1 KB");
      out.printf(
          "json 1 KB / bare without a body: %.2f%n",
          Ratios.median(rounds.ratios("json 1 KB", "bare", Load::requestsPerSecond)));
    }
  }
}
