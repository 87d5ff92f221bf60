package dev.leat.cli;

import dev.leat.contract.Limits;
import dev.leat.contract.ModuleReport;
import dev.leat.node.LocalEngine;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code leat analyze}. */
@Command(
    name = "analyze",
    description = {
      "Show what can be told of a module without running it, and without a node.",
      "The contracts that it fits, imports and exports, memory, features, sections, and what looks",
      "like a secret in its data."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
final class Analyze implements Runnable {
  @Parameters(paramLabel = "FILE.wasm", description = "The module.")
  private Path module;

  private final Session session;

  Analyze(Session session) {
    this.session = session;
  }

  @Override
  public void run() {
    ModuleReport report = read(module);
    session.output().done(Json.of(report), lines(report));
  }

  /** The report on this file, if the platform would accept it. */
  static ModuleReport read(Path file) {
    byte[] bytes = LocalFiles.read(file, Limits.MODULE_BYTES_MAX);
    return Failure.unlessRefused(LocalEngine.analyze("The module '" + file + "'", bytes));
  }

  private static String[] lines(ModuleReport report) {
    List<String> lines = new ArrayList<>();
    lines.add("digest     " + report.digest());
    lines.add("size       " + report.size() + " bytes");
    lines.add("contracts  " + list(report.contracts(), "none: no function can be made of it"));
    if (report.memory() != null) {
      lines.add(
          "memory     %d KiB at the start, %d KiB at the most"
              .formatted(report.memory().minPages() * 64, report.memory().maxPages() * 64));
    }
    lines.add("functions  " + report.functions());
    lines.add(
        "data       %d bytes in %d segments"
            .formatted(report.data().bytes(), report.data().segments()));
    lines.add("features   " + list(report.features(), "none beyond the first version"));
    report
        .imports()
        .forEach(it ->
            lines.add("import     %s.%s %s".formatted(it.module(), it.name(), it.signature())));
    report.exports().forEach(it -> lines.add("export     " + it.name() + " " + it.signature()));
    report
        .sections()
        .forEach(it ->
            lines.add(
                "section    %s%s, %d bytes"
                    .formatted(it.custom() ? "custom " : "", it.name(), it.bytes())));
    report
        .suspects()
        .forEach(it ->
            lines.add(
                "WARNING    what looks like %s is at byte %d. Whoever may see the module can read it."
                    .formatted(it.what(), it.offset())));
    return lines.toArray(String[]::new);
  }

  private static String list(List<String> words, String none) {
    return words.isEmpty() ? none : String.join(", ", words);
  }
}
