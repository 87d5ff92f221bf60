package dev.leat.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class EditDistanceTest {
  private static final List<String> KNOWN =
      List.of("burst", "requests-per-second", "timeout", "max", "min");

  @ParameterizedTest
  @CsvSource({
    "a,      a,       0",
    "'',     abc,     3",
    "abc,    '',      3",
    "kitten, sitting, 3",
    "brust,  burst,   1",
    "ca,     abc,     3",
  })
  void between_countsEditsAndSwaps(String from, String to, int edits) {
    assertThat(EditDistance.between(from, to)).isEqualTo(edits);
    assertThat(EditDistance.between(to, from)).isEqualTo(edits);
  }

  @ParameterizedTest
  @CsvSource({
    "brust,              burst",
    "BURST,              burst",
    "timeot,             timeout",
    "request-per-second, requests-per-second",
    "maxx,               max",
  })
  void nearest_ofAMisspelling_isTheWord(String word, String meant) {
    assertThat(EditDistance.nearest(word, KNOWN)).contains(meant);
  }

  @ParameterizedTest
  @CsvSource({"foo", "memory", "''", "mi-ma", "bursting-now", "second"})
  void nearest_ofAWordThatIsNothingAlike_isNone(String word) {
    assertThat(EditDistance.nearest(word, KNOWN)).isEmpty();
  }

  @Test
  void nearest_ofAnEndlessWord_isNone() {
    assertThat(EditDistance.nearest("burst".repeat(100_000), KNOWN)).isEmpty();
  }
}
