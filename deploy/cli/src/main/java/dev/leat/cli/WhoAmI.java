package dev.leat.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import picocli.CommandLine.Command;

/** {@code leat whoami}. */
@Command(
    name = "whoami",
    description = "Show who the profile's token speaks for: who, in what roles, until when.",
    footer = {"Examples:", "  leat whoami", "  leat --profile acme whoami -o json"})
final class WhoAmI implements Runnable {
  private final Session session;

  WhoAmI(Session session) {
    this.session = session;
  }

  @Override
  public void run() {
    JsonNode caller = session.api().get(ApiClient.path("v1", "whoami"));
    session.output().thing(caller, shown(caller), "Nobody.");
  }

  /** With a word for what the document leaves out. */
  private static JsonNode shown(JsonNode caller) {
    ObjectNode shown = Json.object();
    shown.set("subject", caller.path("subject"));
    shown.set("roles", caller.path("roles"));
    set(shown, caller, "tenant", "none: an operator of the platform");
    set(shown, caller, "functions", "all");
    set(shown, caller, "issuer", "this installation");
    shown.set("tokenId", caller.path("tokenId"));
    shown.set("expiresAt", caller.path("expiresAt"));
    return shown;
  }

  private static void set(ObjectNode shown, JsonNode caller, String field, String otherwise) {
    if (caller.has(field)) {
      shown.set(field, caller.path(field));
    } else {
      shown.put(field, otherwise);
    }
  }
}
