package dev.leat.contract;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ExcerptTest {
  @Test
  void of_shortText_isAllOfIt() {
    String text = "x".repeat(Excerpt.CHARS_MAX);

    assertThat(Excerpt.of(text)).isEqualTo(text);
  }

  @Test
  void of_longText_isItsStart() {
    assertThat(Excerpt.of("x".repeat(Excerpt.CHARS_MAX + 1)))
        .isEqualTo("x".repeat(Excerpt.CHARS_MAX) + "...");
  }

  @Test
  void of_characterOfTwoUnitsAtTheEnd_isLeftOutWhole() {
    assertThat(Excerpt.of("ab\uD83D\uDE00c", 3)).isEqualTo("ab...");
    assertThat(Excerpt.of("ab\uD83D\uDE00c", 4)).isEqualTo("ab\uD83D\uDE00...");
  }
}
