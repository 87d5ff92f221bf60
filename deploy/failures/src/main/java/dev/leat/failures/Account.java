package dev.leat.failures;

import dev.leat.failures.rig.Ending.Kind;
import dev.leat.failures.rig.Entry;
import dev.leat.failures.rig.Ledger;
import java.util.List;
import java.util.Map;

/**
 * Whether the requests of a load are conserved: what was offered, against how each ended for its
 * client and which guests ran.
 *
 * @param runs the ids of the runs of guests, with where each ran
 */
record Account(Ledger ledger, Map<String, List<String>> runs) {
  private static final int EXAMPLES = 5;

  /** Requests that more than one guest ran for. */
  long twice() {
    return ledger.entries().stream().filter(entry -> runsOf(entry) > 1).count();
  }

  /** Answers without a run: the witness or the answer is not true. */
  List<Entry> answeredButNotRun() {
    return ledger.entries().stream()
        .filter(entry -> entry.ending().isAnswered() && runsOf(entry) == 0)
        .limit(EXAMPLES)
        .toList();
  }

  /** Refusals with a status that says that nothing ran, although something did. */
  List<Entry> refusedButRun() {
    return ledger.entries().stream()
        .filter(entry -> saysThatNothingRan(entry) && runsOf(entry) > 0)
        .limit(EXAMPLES)
        .toList();
  }

  private static boolean saysThatNothingRan(Entry entry) {
    return switch (entry.ending().kind()) {
      case REFUSED ->
          entry.ending().what().startsWith("503") || entry.ending().what().startsWith("4");
      case NOWHERE -> true;
      case ANSWERED, CUT, HUNG, WRONG -> false;
    };
  }

  private int runsOf(Entry entry) {
    return runs.getOrDefault(entry.id(), List.of()).size();
  }

  /** Whether offered = answered + refused with a reason + cut, and nothing else. */
  boolean isConserved() {
    return ledger.lost() == 0
        && ledger.count(Kind.HUNG) == 0
        && ledger.count(Kind.WRONG) == 0
        && ledger.count(Kind.NOWHERE) == 0;
  }
}
