package dev.leat.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The load generator {@code wrk}: connections kept open on two threads. */
final class Wrk {
  private static final Pattern RATE = Pattern.compile("Requests/sec:\\s+([0-9.]+)");
  private static final Pattern REQUESTS = Pattern.compile("(\\d+) requests in");
  private static final Pattern P50 = Pattern.compile(" 50%\\s+([0-9.]+)(us|ms|s)");
  private static final Pattern P99 = Pattern.compile(" 99%\\s+([0-9.]+)(us|ms|s)");
  private static final Pattern REFUSED = Pattern.compile("Non-2xx or 3xx responses: (\\d+)");
  private static final Pattern SOCKET =
      Pattern.compile("connect (\\d+), read (\\d+), write (\\d+), timeout (\\d+)");

  private final Path directory;
  private final int connections;

  /**
   * @param directory where its scripts are written
   */
  Wrk(Path directory, int connections) {
    this.directory = directory;
    this.connections = connections;
  }

  /** Sends one request over and over for so long. */
  Load run(Target target, int seconds) throws IOException {
    Duration before = target.cpuTime().get();
    String report = report(target, seconds);
    Duration used = target.cpuTime().get().minus(before);
    return new Load(
        number(RATE, report),
        millis(P50, report),
        millis(P99, report),
        used.toNanos() / 1e3 / number(REQUESTS, report),
        errors(report));
  }

  private String report(Target target, int seconds) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of("wrk", "--latency", "-c", "" + connections, "-t", "2", "-d", seconds + "s"));
    target.headers().forEach((name, value) -> command.addAll(List.of("-H", name + ": " + value)));
    if (!target.body().isEmpty()) {
      Path script = directory.resolve("post.lua");
      Files.writeString(script, "wrk.method = 'POST'\nwrk.body = '" + target.body() + "'\n");
      command.addAll(List.of("-s", script.toString()));
    }
    command.add(target.url());
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  private static double number(Pattern pattern, String report) throws IOException {
    return Double.parseDouble(find(pattern, report).group(1));
  }

  private static double millis(Pattern pattern, String report) throws IOException {
    Matcher found = find(pattern, report);
    double value = Double.parseDouble(found.group(1));
    return switch (found.group(2)) {
      case "us" -> value / 1e3;
      case "ms" -> value;
      default -> value * 1e3;
    };
  }

  private static Matcher find(Pattern pattern, String report) throws IOException {
    Matcher matcher = pattern.matcher(report);
    if (!matcher.find()) {
      throw new IOException("wrk did not report what was expected:\n" + report);
    }
    return matcher;
  }

  private static long errors(String report) {
    long errors = 0;
    Matcher refused = REFUSED.matcher(report);
    if (refused.find()) {
      errors += Long.parseLong(refused.group(1));
    }
    Matcher socket = SOCKET.matcher(report);
    if (socket.find()) {
      for (int kind = 1; kind <= socket.groupCount(); kind++) {
        errors += Long.parseLong(socket.group(kind));
      }
    }
    return errors;
  }

  /**
   * What is sent.
   *
   * @param cpuTime what those that serve it have used of all cores
   * @param url where it goes
   * @param body empty for a GET, else the body of a POST
   */
  record Target(
      String name,
      Supplier<Duration> cpuTime,
      String url,
      Map<String, String> headers,
      String body) {
    Target {
      headers = Map.copyOf(headers);
    }
  }

  /**
   * What came back in one run.
   *
   * @param cpuMicros what the server's process used of all cores for a request
   * @param errors responses that were no 2xx or 3xx, and failed connections
   */
  record Load(
      double requestsPerSecond,
      double p50Millis,
      double p99Millis,
      double cpuMicros,
      long errors) {}
}
