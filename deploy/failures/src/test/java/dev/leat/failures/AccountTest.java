package dev.leat.failures;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.failures.rig.Ending;
import dev.leat.failures.rig.Ending.Kind;
import dev.leat.failures.rig.Entry;
import dev.leat.failures.rig.Ledger;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AccountTest {
  private static final Ending ANSWERED = new Ending(Kind.ANSWERED, "");
  private static final Map<String, List<String>> ONE_RUN = Map.of("a", List.of("x.log"));

  @Test
  void isConserved_answeredAndRefused_yes() {
    assertThat(account(1, ANSWERED, ONE_RUN).isConserved()).isTrue();
    assertThat(account(1, new Ending(Kind.REFUSED, "502 worker-lost"), ONE_RUN).isConserved())
        .isTrue();
  }

  @Test
  void isConserved_hungOrWrongOrUnknown_no() {
    assertThat(account(1, new Ending(Kind.HUNG, ""), ONE_RUN).isConserved()).isFalse();
    assertThat(account(1, new Ending(Kind.WRONG, ""), ONE_RUN).isConserved()).isFalse();
    assertThat(account(1, new Ending(Kind.NOWHERE, ""), Map.of()).isConserved()).isFalse();
    assertThat(account(2, ANSWERED, ONE_RUN).isConserved()).isFalse();
  }

  @Test
  void twice_anIdInTwoLogsOrTwiceInOne_isCounted() {
    assertThat(account(1, ANSWERED, ONE_RUN).twice()).isZero();
    assertThat(account(1, ANSWERED, Map.of("a", List.of("x.log", "y.log"))).twice()).isOne();
    assertThat(account(1, ANSWERED, Map.of("a", List.of("x.log", "x.log"))).twice()).isOne();
  }

  @Test
  void runs_mustAgreeWithWhatTheClientWasTold() {
    assertThat(account(1, ANSWERED, Map.of()).answeredButNotRun()).hasSize(1);
    assertThat(account(1, ANSWERED, ONE_RUN).answeredButNotRun()).isEmpty();
    assertThat(account(1, new Ending(Kind.REFUSED, "503 overloaded"), ONE_RUN).refusedButRun())
        .hasSize(1);
    assertThat(account(1, new Ending(Kind.REFUSED, "502 worker-lost"), ONE_RUN).refusedButRun())
        .isEmpty();
  }

  private static Account account(int offered, Ending ending, Map<String, List<String>> runs) {
    return new Account(new Ledger(offered, List.of(new Entry("a", "n", 0, 1, ending))), runs);
  }
}
