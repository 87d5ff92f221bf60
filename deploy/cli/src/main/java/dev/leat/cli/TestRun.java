package dev.leat.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.leat.contract.Limits;
import dev.leat.contract.Outcome;
import dev.leat.node.LocalFunction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A call of a function without a node, and what it should have answered.
 *
 * @param name of the test; "" where there is one alone
 */
record TestRun(String name, LocalFunction.Run run, Optional<? extends Expected> expected) {

  /** What a call must come to. */
  sealed interface Expected {
    /**
     * A response with this body.
     *
     * @param status 0 is any
     */
    record Answer(byte[] body, int status) implements Expected {
      Answer(byte[] body) {
        this(body, 0);
      }
    }

    /** A failure that is told, to the caller or in the log, with these words. */
    record Failure(String words) implements Expected {}

    /** What the file beside an input says: see sdk/samples/README.md. Nothing if there is none. */
    static Optional<Expected> beside(Path input, String name) {
      try (Stream<Path> files = Files.list(input.toAbsolutePath().getParent())) {
        return files
            .filter(file -> file.getFileName().toString().startsWith(name + ".expected."))
            .sorted()
            .findFirst()
            .map(Expected::of);
      } catch (IOException e) {
        throw LocalFiles.failure("read", input, e);
      }
    }

    private static Expected of(Path file) {
      byte[] content = LocalFiles.read(file, (int) Limits.BODY_BYTES_MAX);
      String name = file.getFileName().toString();
      if (name.endsWith(".expected.failure.txt")) {
        return new Failure(new String(content, UTF_8).strip());
      }
      return new Answer(content, name.endsWith(".expected.problem.json") ? 400 : 200);
    }
  }

  byte[] body() {
    return run.outcome() instanceof Outcome.Responded responded ? responded.body() : new byte[0];
  }

  /** Its log, and what it was denied, as lines. */
  List<String> log() {
    List<String> lines = new ArrayList<>();
    run.lines().forEach(line -> lines.add("%-5s %s".formatted(line.level(), line.text())));
    run.denied()
        .forEach(
            what -> lines.add("denied %s: see spec.capabilities of the manifest".formatted(what)));
    return lines;
  }

  /** How it ended and what that took. */
  String summary() {
    String ended =
        run.outcome() instanceof Outcome.Responded responded
            ? "status " + responded.status()
            : run.outcome().word();
    return "%s, fuel %,d".formatted(ended, run.outcome().usage().fuel());
  }

  /** Why the test failed, if it did. */
  Optional<String> failure() {
    String told = told();
    return switch (expected.orElse(null)) {
      case Expected.Failure(String words) ->
          run.outcome() instanceof Outcome.Responded
              ? Optional.of("It answered, and should have failed: " + words)
              : told.contains(words)
                  ? Optional.empty()
                  : Optional.of("It failed with other words than: " + words);
      case Expected.Answer(byte[] body, int status) ->
          run.outcome() instanceof Outcome.Responded responded
              ? misanswered(responded, status)
              : Optional.of(failed());
      case null ->
          run.outcome() instanceof Outcome.Responded ? Optional.empty() : Optional.of(failed());
    };
  }

  private Optional<String> misanswered(Outcome.Responded responded, int status) {
    if (!differences().isEmpty()) {
      return Optional.of("It answered something else than was expected");
    }
    return status == 0 || status == responded.status()
        ? Optional.empty()
        : Optional.of(
            "It answered with status %d; %d was expected".formatted(responded.status(), status));
  }

  private String failed() {
    return "The function failed: %s: %s".formatted(run.outcome().word(), run.outcome().error());
  }

  private String told() {
    return run.outcome().error() + "\n" + String.join("\n", log());
  }

  /** What its body should have been, and was; none where that is the same. */
  List<String> differences() {
    return run.outcome() instanceof Outcome.Responded responded
            && expected.orElse(null) instanceof Expected.Answer(byte[] body, int status)
        ? Lines.differences(body, responded.body())
        : List.of();
  }

  /** For people: a line, and below it what there is to say if it failed. */
  List<String> lines() {
    Optional<String> failure = failure();
    List<String> lines = new ArrayList<>();
    lines.add("%-6s %s  %s".formatted(failure.isEmpty() ? "ok" : "FAILED", name, summary()));
    failure.ifPresent(why -> {
      lines.add("  " + why);
      differences().forEach(line -> lines.add("  " + line));
      log().forEach(line -> lines.add("  " + line));
    });
    return lines;
  }

  ObjectNode document() {
    ObjectNode document = Json.object();
    if (!name.isEmpty()) {
      document.put("name", name);
    }
    document.put("passed", failure().isEmpty());
    failure().ifPresent(why -> document.put("failure", why));
    document.put("outcome", run.outcome().word());
    if (run.outcome() instanceof Outcome.Responded responded) {
      document.put("status", responded.status());
      ObjectNode headers = document.putObject("headers");
      for (Map.Entry<String, String> field : responded.headers()) {
        headers.put(field.getKey(), field.getValue());
      }
      document.set(
          "body",
          Json.parse(responded.body())
              .orElseGet(() -> TextNode.valueOf(new String(responded.body(), UTF_8))));
    } else {
      document.put("error", run.outcome().error());
    }
    ArrayNode log = document.putArray("log");
    run.lines()
        .forEach(line -> log.addObject().put("level", line.level()).put("text", line.text()));
    run.denied().forEach(document.putArray("denied")::add);
    differences().forEach(document.putArray("differences")::add);
    return document
        .put("fuel", run.outcome().usage().fuel())
        .put("memoryBytes", run.outcome().usage().peakMemoryBytes());
  }
}
