package dev.leat.cli;

import dev.leat.contract.ModuleReport;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code leat validate}. */
@Command(
    name = "validate",
    description = {
      "Check, without a node, whether the platform accepts a module.",
      "It is valid WebAssembly, within the limits, and fits a contract. Exit code 1 if not, with",
      "everything that is wrong."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
final class Validate implements Runnable {
  @Parameters(paramLabel = "FILE.wasm", description = "The module.")
  private Path module;

  private final Session session;

  Validate(Session session) {
    this.session = session;
  }

  @Override
  public void run() {
    ModuleReport report = Analyze.read(module);
    if (report.contracts().isEmpty()) {
      throw Failure.refused(
          "The module '%s' is valid and fits no contract. docs/FUNCTIONS.md has the exports and"
                  .formatted(module)
              + " imports of each; 'leat analyze' shows this one's.");
    }
    session
        .output()
        .done(
            Json.object()
                .put("valid", true)
                .put("digest", report.digest().toString())
                .set("contracts", Json.of(report).path("contracts")),
            "'%s' is valid for the contract %s"
                .formatted(module, String.join(", ", report.contracts())));
  }
}
