package dev.leat.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class OutcomeTest {
  @Test
  void words_areThoseOfAllEndings() {
    List<Object> ofEndings =
        Arrays.stream(Outcome.class.getPermittedSubclasses()).map(OutcomeTest::word).toList();

    assertThat(Outcome.words()).doesNotHaveDuplicates();
    assertThat(ofEndings).containsExactlyInAnyOrderElementsOf(Outcome.words());
  }

  private static Object word(Class<?> ending) {
    try {
      return ending.getDeclaredField("WORD").get(null);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(ending + " has no word", e);
    }
  }
}
