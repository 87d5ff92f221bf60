package dev.leat.failures;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The table of conservation, in Markdown. */
final class Table {
  private Table() {}

  static String of(List<Result> results) {
    StringBuilder table =
        new StringBuilder(
            """
            | scenario | a second | offered | answered | refused, by reason | cut | lost or hung | run twice | longest | recovery | seen | holds |
            |---|---|---|---|---|---|---|---|---|---|---|---|
            """);
    results.forEach(result -> table.append(line(result)));
    return table.toString();
  }

  private static String line(Result result) {
    String figures =
        result
            .row()
            .map(row ->
                "%d | %,d | %,d | %s | %d | %d | %d | %s | %s"
                    .formatted(
                        row.rate(),
                        row.offered(),
                        row.answered(),
                        reasons(row.refused()),
                        row.cut(),
                        row.lost(),
                        row.twice(),
                        seconds(row.longest()),
                        row.recovery().isZero() ? "at once" : seconds(row.recovery())))
            .orElse(" | | | | | | | |");
    return "| %s | %s | %s | %s |%n"
        .formatted(result.scenario().name(), figures, cell(result.notes()), verdict(result));
  }

  private static String verdict(Result result) {
    if (!result.skipped().isEmpty()) {
      return "skipped: " + result.skipped();
    }
    return result.isGood() ? "yes" : "**no**: " + cell(result.broken());
  }

  /** On one line, with nothing that ends a cell. */
  private static String cell(List<String> texts) {
    return String.join("; ", texts).replaceAll("\\R.*", " ...").replace('|', '/');
  }

  private static String reasons(Map<String, Integer> refused) {
    return refused.isEmpty()
        ? "none"
        : refused.entrySet().stream()
            .map(reason -> reason.getValue() + " x " + reason.getKey())
            .collect(Collectors.joining(", "));
  }

  private static String seconds(Duration duration) {
    return "%.2f s".formatted(duration.toNanos() / 1e9);
  }
}
