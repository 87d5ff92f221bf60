package dev.leat.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class GrantsTest {
  private static final Grant LOGGING = new Grant.Logging();
  private static final Grant CARDS = new Grant.KeyValue("cards", Duration.ofHours(1));

  @Test
  void equality_isWhateverTheirOrder() {
    assertThat(Grants.of(LOGGING, CARDS)).isEqualTo(Grants.of(CARDS, LOGGING));
    assertThat(Grants.of(LOGGING, CARDS).all()).containsExactly(CARDS, LOGGING);
    assertThat(Grants.of(LOGGING)).isNotEqualTo(Grants.NONE);
  }

  @Test
  void find_givesTheGrantOfTheKind() {
    assertThat(Grants.of(LOGGING, CARDS).find(Grant.KeyValue.class).orElseThrow()).isSameAs(CARDS);
    assertThat(Grants.of(LOGGING).find(Grant.KeyValue.class)).isEmpty();
  }

  @Test
  void twoOfAKind_areRefused() {
    assertThatThrownBy(() -> Grants.of(CARDS, new Grant.KeyValue("other", Duration.ofDays(1))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("keyValue");
  }

  @Test
  void grants_outOfRange_areRefused() {
    assertThatThrownBy(() -> new Grant.Http(List.of(), 0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Grant.KeyValue("n", Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void words_areThoseOfAllKinds() {
    assertThat(Grant.WORDS).hasSize(Grant.class.getPermittedSubclasses().length);
    assertThat(Grant.WORDS).contains(LOGGING.word(), CARDS.word());
  }
}
