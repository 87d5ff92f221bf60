package dev.leat.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.leat.contract.ModuleDigest;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code leat install}. */
@Command(
    name = "install",
    description = {
      "Install another tenant's module, pinned to its digest, which is printed last.",
      "A manifest names it as it is named here. Whatever becomes of its publisher, it stays;",
      "installed again it gets the signatures that were added."
    },
    footer = {
      "Examples:",
      "  leat install acme/resize@1.2.0",
      "  leat install acme/resize@1.2.0 --digest sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
final class Install implements Runnable {
  @Parameters(paramLabel = "TENANT/NAME@VERSION", description = "As leat search shows it.")
  private String module;

  @Option(
      names = "--digest",
      paramLabel = "DIGEST",
      description = "Refuse it if it has another digest than this.")
  private @Nullable ModuleDigest digest;

  private final Session session;

  Install(Session session) {
    this.session = session;
  }

  @Override
  public void run() {
    ObjectNode body = Json.object().put("module", module);
    if (digest != null) {
      body.put("digest", digest.toString());
    }
    JsonNode installed = session.api().post(session.tenantPath("install"), body);
    session
        .output()
        .done(
            installed,
            "Installed %s for tenant %s".formatted(module, session.tenant()),
            installed.path("digest").asText());
  }
}
