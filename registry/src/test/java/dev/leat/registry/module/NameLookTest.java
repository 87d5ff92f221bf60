package dev.leat.registry.module;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class NameLookTest {
  @ParameterizedTest
  @CsvSource({
    "paypal, paypa1, true",
    "pay-pal, paypal, true",
    "image, 1mage, true",
    "tools, t0-01s, true",
    "mail, mall, false",
    "mask, mask, false",
    "mask1, mask2, false",
    "mask, masks, false",
    "modern, modem, false"
  })
  void areAlike(String one, String other, boolean isExpected) {
    assertThat(NameLook.areAlike(one, other)).isEqualTo(isExpected);
    assertThat(NameLook.areAlike(other, one)).isEqualTo(isExpected);
    if (isExpected) {
      assertThat(NameLook.of(one)).isEqualTo(NameLook.of(other));
    }
  }
}
