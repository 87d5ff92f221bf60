package dev.leat.failures;

import dev.leat.failures.rig.Ending.Kind;
import dev.leat.failures.rig.Ledger;
import java.time.Duration;
import java.util.Map;

/**
 * One row of the table of conservation.
 *
 * @param rate requests offered a second
 * @param refused how many for each reason
 * @param cut ended with the connection to a gateway that was killed
 * @param lost hung, unknown, or answered wrongly
 * @param longest that any request waited for its end
 * @param recovery from the fault until the last request was sent that was not answered
 */
record Row(
    int rate,
    int offered,
    int answered,
    Map<String, Integer> refused,
    int cut,
    int lost,
    long twice,
    Duration longest,
    Duration recovery) {
  static Row of(int rate, Account account, Ledger ledger, long faultNanos) {
    return new Row(
        rate,
        ledger.offered(),
        ledger.answered(),
        ledger.details(Kind.REFUSED),
        ledger.count(Kind.CUT),
        ledger.lost()
            + ledger.count(Kind.HUNG)
            + ledger.count(Kind.WRONG)
            + ledger.count(Kind.NOWHERE),
        account.twice(),
        ledger.longest(_ -> true),
        faultNanos == 0 ? Duration.ZERO : ledger.lastFailureAfter(faultNanos));
  }
}
