package dev.leat.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Types commands in a directory of its own and keeps what they print. */
final class Cli {
  private final Map<String, String> variables = new HashMap<>();
  private final Path home;
  private byte[] input = new byte[0];
  private boolean isInteractive;

  /** LEAT_HOME is {@code home} below this directory. */
  Cli(Path directory) {
    this.home = directory.resolve("home");
    variables.put("LEAT_HOME", home.toString());
  }

  Path home() {
    return home;
  }

  Cli with(String variable, String value) {
    variables.put(variable, value);
    return this;
  }

  Cli withInput(String text) {
    input = text.getBytes(StandardCharsets.UTF_8);
    return this;
  }

  /** From now on a person watches, who types this when asked. */
  Cli atATerminal(String typed) {
    isInteractive = true;
    return withInput(typed);
  }

  /** Logs in without asking the server. */
  Cli loggedIn(URI server, String tenant) {
    new Profiles(home)
        .save(
            Profiles.DEFAULT,
            new Profile(server, new BearerToken(RecordingServer.TOKEN), Optional.of(tenant)));
    return this;
  }

  Result run(Object... words) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Terminal terminal =
        new Terminal(
            new ByteArrayInputStream(input),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            isInteractive);
    String[] arguments = new String[words.length];
    for (int i = 0; i < words.length; i++) {
      arguments[i] = words[i].toString();
    }
    int exitCode = Leat.run(new Environment(variables), terminal, arguments);
    return new Result(
        exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  /** What a command left. */
  record Result(int exitCode, String out, String err) {
    /** Standard output as the one JSON document that it is. */
    JsonNode json() {
      return Json.parse(out.getBytes(StandardCharsets.UTF_8))
          .orElseThrow(() -> new AssertionError("Not one JSON document: " + this));
    }
  }
}
