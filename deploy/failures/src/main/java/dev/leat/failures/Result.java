package dev.leat.failures;

import java.util.List;
import java.util.Optional;

/**
 * What became of a scenario.
 *
 * @param row empty where no load was accounted for
 * @param broken the laws that did not hold
 * @param skipped why it was not played; empty if it was
 */
record Result(
    Scenario scenario, Optional<Row> row, List<String> notes, List<String> broken, String skipped) {
  Result {
    notes = List.copyOf(notes);
    broken = List.copyOf(broken);
  }

  boolean isGood() {
    return broken.isEmpty();
  }
}
