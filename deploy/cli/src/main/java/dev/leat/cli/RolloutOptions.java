package dev.leat.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a version is released. */
final class RolloutOptions {
  @Option(
      names = "--strategy",
      paramLabel = "STRATEGY",
      description = {
        "rolling for steps by time alone, blue-green for all in one step,",
        "canary for steps by verdict; else rolling."
      })
  private @Nullable String strategy;

  @Option(names = "--canary", description = "As --strategy canary.")
  private boolean isCanary;

  @Option(
      names = "--steps",
      split = ",",
      paramLabel = "PERCENT",
      description = "What it gets, one after the other; else 5,25,50,100.")
  private @Nullable List<BigDecimal> steps;

  @Option(
      names = "--interval",
      paramLabel = "TIME",
      description = "From one step to the next, such as 10s; else 2m.")
  private @Nullable Duration interval;

  @Option(
      names = "--keep",
      paramLabel = "TIME",
      description = "How long blue-green keeps the old version warm; else 10m.")
  private @Nullable Duration keep;

  /** What is sent to start one. */
  ObjectNode body(String to) {
    ObjectNode body = Json.object().put("to", to);
    if (isCanary && strategy != null && !strategy.equals("canary")) {
      throw Failure.usage("--canary and --strategy " + strategy + " exclude each other.");
    }
    if (isCanary || strategy != null) {
      body.put("strategy", isCanary ? "canary" : strategy);
    }
    if (steps != null) {
      steps.forEach(body.putArray("steps")::add);
    }
    if (interval != null) {
      body.put("intervalSeconds", interval.toSeconds());
    }
    if (keep != null) {
      body.put("keepSeconds", keep.toSeconds());
    }
    return body;
  }
}
