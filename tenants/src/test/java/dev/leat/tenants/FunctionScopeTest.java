package dev.leat.tenants;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.testkit.Seed;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FunctionScopeTest {
  @ParameterizedTest
  @CsvSource({
    "mask,       mask,          true",
    "mask,       mask2,         false",
    "mask,       mas,           false",
    "report-*,   report-daily,  true",
    "report-*,   report-,       true",
    "report-*,   report,        false",
    "*,          anything,      true",
    "*-eu,       mask-eu,       true",
    "*-eu,       mask-eu-2,     false",
    "a*b*c,      a-b-b-c,       true",
    "a*b*c,      abc,           true",
    "a*b*c,      ab,            false",
    "a**,        a,             true",
  })
  void allows_whatANameOrAGlobNames(String pattern, String name, boolean isAllowed) {
    assertThat(FunctionScope.of(List.of("other", pattern)).allows(name)).isEqualTo(isAllowed);
  }

  @Test
  void all_allowsEverything() {
    assertThat(FunctionScope.of(List.of())).isSameAs(FunctionScope.ALL);
    assertThat(FunctionScope.ALL.allows("mask")).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Mask", "-mask", "1", "a,b", "a b", "a.b", "a?", "****", "a\n"})
  void of_whatIsNoNameOrGlob_isRefused(String pattern) {
    assertThatThrownBy(() -> FunctionScope.of(List.of(pattern)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("1-63 of a-z");
  }

  @Test
  void of_tooMuch_isRefused() {
    assertThat(FunctionScope.of(Collections.nCopies(20, "a".repeat(63))).patterns()).hasSize(20);

    assertThatThrownBy(() -> FunctionScope.of(Collections.nCopies(21, "a")))
        .hasMessageContaining("up to 20");
    assertThatThrownBy(() -> FunctionScope.of(List.of("a".repeat(64))))
        .hasMessageContaining("1-63");
  }

  @Test
  void allows_likeARegularExpressionOfTheGlob() {
    Seed seed = Seed.orElse(20_261_127);
    Random random = seed.random();
    for (int i = 0; i < 20_000; i++) {
      String pattern = text(random, "aab*");
      String name = text(random, "aab");
      if (pattern.chars().filter(c -> c == '*').count() <= FunctionScope.STARS_MAX) {
        boolean expected = Pattern.matches(pattern.replace("*", ".*"), name);

        assertThat(FunctionScope.of(List.of(pattern)).allows(name))
            .as("%s: %s of %s", seed, name, pattern)
            .isEqualTo(expected);
      }
    }
  }

  private static String text(Random random, String letters) {
    StringBuilder text = new StringBuilder();
    int length = 1 + random.nextInt(8);
    for (int i = 0; i < length; i++) {
      text.append(letters.charAt(random.nextInt(letters.length())));
    }
    return text.toString();
  }
}
