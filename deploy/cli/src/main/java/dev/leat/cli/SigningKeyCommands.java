package dev.leat.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code leat signing-key}: for operators. */
@Command(
    name = "signing-key",
    description = "The key that signs the platform's tokens, for operators.")
final class SigningKeyCommands {
  private static final String PATH = ApiClient.path("v1", "signing-key");

  private final Session session;

  SigningKeyCommands(Session session) {
    this.session = session;
  }

  @Command(
      description = "Show the key that signs, and those before it that verify still.",
      footer = {"Examples:", "  leat signing-key show"})
  void show() {
    session.output().thing(session.api().get(PATH));
  }

  @Command(
      description = {
        "Have a new key sign tokens at once.",
        "The ones before it verify until the last token that they signed has expired, or for the",
        "overlap if that is shorter. After a key has leaked: --overlap 0s, which ends every token that",
        "there is, the operator's too."
      },
      footer = {
        "Examples:",
        "  leat signing-key rotate",
        "  leat signing-key rotate --overlap 24h"
      })
  void rotate(
      @Option(
              names = "--overlap",
              paramLabel = "TIME",
              description = "How long older tokens stay good at the most: 0s, 30m, 24h, 7d.")
          @Nullable Duration overlap) {
    ObjectNode body = Json.object();
    if (overlap != null) {
      body.put("overlapSeconds", overlap.toSeconds());
    }
    JsonNode keys = session.api().post(PATH + ":rotate", body);
    session.output().done(keys, "Tokens are signed by key " + keys.path("kid").asText() + " now");
  }
}
