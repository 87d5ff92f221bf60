package dev.leat.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.Function;
import org.junit.jupiter.api.Test;

class AnswerTest {
  private static final Answer<Integer> REFUSED =
      Answer.refused(ProblemCode.INVALID_MANIFEST, "no number");
  private static final Function<Integer, Answer<String>> NEVER =
      value -> {
        throw new AssertionError("called with " + value);
      };

  @Test
  void map_done_hasTheNewValue() {
    assertThat(Answer.done(1).map(value -> value + 1)).isEqualTo(Answer.done(2));
  }

  @Test
  void then_done_isWhatComesNext() {
    assertThat(Answer.done(1).then(value -> Answer.done("got " + value)))
        .isEqualTo(Answer.done("got 1"));
  }

  @Test
  void then_doneThenRefused_isRefused() {
    assertThat(Answer.done(1).then(_ -> REFUSED)).isEqualTo(REFUSED);
  }

  @Test
  void then_refused_staysRefused_andNothingComesNext() {
    assertThat(REFUSED.then(NEVER)).isEqualTo(REFUSED);
  }

  /** Steps may be put in brackets either way. */
  @Test
  void then_isAssociative() {
    Function<Integer, Answer<Integer>> half =
        value -> value % 2 == 0 ? Answer.done(value / 2) : REFUSED;

    for (int value = 0; value < 8; value++) {
      Answer<Integer> start = Answer.done(value);
      assertThat(start.then(half).then(half))
          .isEqualTo(start.then(once -> half.apply(once).then(half)));
    }
  }
}
