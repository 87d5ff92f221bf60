package dev.leat.contract.permission;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class GlobTest {
  private static final long SEED = Long.getLong("leat.seed", 13);
  private static final String LETTERS = "ab/";

  @ParameterizedTest
  @CsvSource({
    "orders, orders, true",
    "orders, Orders, false",
    "orders, orders2, false",
    "audit_*, audit_, true",
    "audit_*, audit_1/2, false",
    "*, '', true",
    "a/*, a/, true",
    "a/*, a/b, true",
    "a/*, a/b/c, false",
    "a/**, a/b/c, true",
    "a/**, a, false",
    "a/**, a/, true",
    "**/c, a/b/c, true",
    "**/c, c, false",
    "a/*/c, a/b/c, true",
    "a/*/c, a/b/b/c, false",
    "a**c, a/b/c, true",
    "a***c, a/b/c, true",
    "a?c, abc, false",
    "[ab], a, false",
    "'{a,b}', a, false",
    "a\\*, a*, false",
    "a.c, abc, false",
    "../*, ../x, true",
    "%2e, ., false",
    "caf\u00e9, cafe\u0301, false",
    "*, \ud83d\ude00, true",
  })
  void matches(String pattern, String subject, boolean isMatched) {
    assertThat(Glob.of(pattern).matches(subject)).isEqualTo(isMatched);
  }

  /** The same as a regular expression, which is slow and known to be right. */
  @Test
  void matches_anything_asTheRegularExpressionDoes() {
    Random random = new Random(SEED);
    for (int i = 0; i < 20_000; i++) {
      String pattern = text(random, LETTERS + "**", 12);
      String subject = text(random, LETTERS, 12);

      assertThat(Glob.of(pattern).matches(subject))
          .as("'%s' of '%s', rerun with -Dleat.seed=%s", subject, pattern, SEED)
          .isEqualTo(expression(pattern).matcher(subject).matches());
    }
  }

  /** Across the 64 states of a word. */
  @Test
  void matches_longPatterns_asTheRegularExpressionDoes() {
    Random random = new Random(SEED);
    for (int i = 0; i < 300; i++) {
      String subject = text(random, LETTERS, 200);
      StringBuilder pattern = new StringBuilder(subject);
      for (int change = 0; change < 4 && !pattern.isEmpty(); change++) {
        int at = random.nextInt(pattern.length());
        pattern.replace(at, Math.min(pattern.length(), at + random.nextInt(9)), "*");
      }

      assertThat(Glob.of(pattern.toString()).matches(subject))
          .as("'%s' of '%s', rerun with -Dleat.seed=%s", subject, pattern, SEED)
          .isEqualTo(expression(pattern.toString()).matcher(subject).matches());
    }
  }

  @Test
  void covers_isNeverSaidOfWhatIsNot() {
    Random random = new Random(SEED);
    int covered = 0;
    for (int i = 0; i < 20_000; i++) {
      Glob wide = Glob.of(text(random, LETTERS + "**", 6));
      Glob narrow = Glob.of(text(random, LETTERS + "*", 6));
      if (wide.covers(narrow)) {
        covered++;
        for (int j = 0; j < 20; j++) {
          String subject = text(random, LETTERS, 8);
          assertThat(!narrow.matches(subject) || wide.matches(subject))
              .as(
                  "'%s' of '%s' and of '%s', rerun with -Dleat.seed=%s",
                  subject, narrow, wide, SEED)
              .isTrue();
        }
      }
    }
    assertThat(covered).isGreaterThan(1_000);
  }

  @ParameterizedTest
  @CsvSource({
    "a/**, a/*, true",
    "a/*, a/**, false",
    "a/*, a/b*, true",
    "a*, a*b, true",
    "a*b, a*, false"
  })
  void covers(String wide, String narrow, boolean isCovered) {
    assertThat(Glob.of(wide).covers(Glob.of(narrow))).isEqualTo(isCovered);
  }

  /** A backtracking matcher takes longer than the universe has. */
  @Test
  void catastrophicPattern_takesAsLongAsTheTextIs() {
    List<Glob> patterns = new ArrayList<>();
    for (int i = 0; i < FunctionPermissions.COUNT_MAX; i++) {
      patterns.add(Glob.of("*a".repeat(Permission.PATTERN_CHARS_MAX / 2 - 1) + "b" + i % 10));
      patterns.add(Glob.of("**a*".repeat(Permission.PATTERN_CHARS_MAX / 4 - 1) + "b" + i % 10));
    }
    String subject = "a".repeat(Permission.RESOURCE_CHARS_MAX);

    long since = System.nanoTime();
    assertThat(patterns).noneMatch(pattern -> pattern.matches(subject));

    assertThat(Duration.ofNanos(System.nanoTime() - since)).isLessThan(Duration.ofSeconds(10));
  }

  @Test
  void toString_isThePattern() {
    assertThat(Glob.of("a/***/b").toString().getBytes(UTF_8)).hasSize(7);
  }

  private static String text(Random random, String letters, int most) {
    StringBuilder text = new StringBuilder();
    for (int left = random.nextInt(most + 1); left > 0; left--) {
      text.append(letters.charAt(random.nextInt(letters.length())));
    }
    return text.toString();
  }

  private static Pattern expression(String glob) {
    StringBuilder expression = new StringBuilder();
    for (int at = 0; at < glob.length(); at++) {
      if (glob.charAt(at) != '*') {
        expression.append(Pattern.quote(glob.substring(at, at + 1)));
        continue;
      }
      int end = at;
      while (end < glob.length() && glob.charAt(end) == '*') {
        end++;
      }
      expression.append(end - at == 1 ? "[^/]*" : ".*");
      at = end - 1;
    }
    return Pattern.compile(expression.toString(), Pattern.DOTALL);
  }
}
