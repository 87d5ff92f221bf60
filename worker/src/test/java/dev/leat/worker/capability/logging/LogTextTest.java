package dev.leat.worker.capability.logging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.testkit.Seed;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class LogTextTest {
  @Test
  void escape_whatEndsLinesOrHides_isSpelledOut() {
    assertThat(LogText.escape("a\r\nb\t\"\\\u001b[31m\u2028\u202e\u0085\ud800é€"))
        .isEqualTo("a\\u000d\\u000ab\\u0009\\\"\\\\\\u001b[31m\\u2028\\u202e\\u0085\\ud800é€");
  }

  @Test
  void escape_beyondTheBasicPlane_isSpelledOutWhereItHides() {
    assertThat(LogText.escape("a\ud83d\ude00\udb40\udc01z")).isEqualTo("a\ud83d\ude00\\u0e0001z");
  }

  @Test
  void escape_plainText_isTheSame() {
    String text = "plain text, of 30 characters.";
    assertThat(LogText.escape(text)).isSameAs(text);
  }

  @Test
  void escape_anyText_isOneLine() {
    Seed seed = Seed.orElse(3);
    Random random = seed.random();
    for (int i = 0; i < 2_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int c = random.nextInt(20); c >= 0; c--) {
        text.append((char) random.nextInt(random.nextBoolean() ? 0x100 : 0x10000));
      }
      String escaped = LogText.escape(text.toString());
      assertThat(escaped.lines().count()).as(seed.toString()).isEqualTo(1);
      assertThat(escaped).as(seed.toString()).doesNotContain("\u2028", "\u2029", "\u0085");
    }
  }
}
