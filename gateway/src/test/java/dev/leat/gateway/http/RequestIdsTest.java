package dev.leat.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestIdsTest {
  @ParameterizedTest
  @ValueSource(strings = {"a", "A-9_z.", "0198c1f0-5a7e-7cc3-98a4-5f1d0a3b6c2e"})
  void id_thatIsSane_isKept(String id) {
    assertThat(RequestIds.of(id)).isEqualTo(id);
  }

  @Test
  void id_ofTheLongestLength_isKept() {
    assertThat(RequestIds.of("x".repeat(128))).hasSize(128).containsOnlyOnce("x".repeat(128));
    assertThat(RequestIds.of("x".repeat(129))).matches("[0-9a-f]{32}");
  }

  @Test
  void freshId_beginsWithItsTime() {
    long before = System.currentTimeMillis();
    long said = Long.parseLong(RequestIds.of(null), 0, 12, 16);

    assertThat(said).isBetween(before, System.currentTimeMillis());
  }

  /** It is written into logs, problems and records. */
  @ParameterizedTest
  @NullSource
  @ValueSource(strings = {"", " ", "a b", "a\nb", "a\u0000", "a/b", "\u00e4", "\"", "<a>"})
  void id_thatIsNot_isReplacedByAFreshOne(String id) {
    assertThat(RequestIds.of(id)).matches("[0-9a-f]{32}").isNotEqualTo(RequestIds.of(id));
  }
}
