package dev.leat.documents;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuantitiesTest {
  @ParameterizedTest
  @CsvSource({"0, 0", "4096, 4Ki", "1025, 1025", "16777216, 16Mi", "1073741824, 1Gi"})
  void size_isRead_andWrittenShortest(long bytes, String text) {
    assertThat(Quantities.parseSize(text)).isEqualTo(Optional.of(bytes));
    assertThat(Quantities.size(bytes)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({"0, 0s", "1, 1ms", "1500, 1500ms", "2000, 2s", "120000, 2m", "86400000, 24h"})
  void duration_isRead_andWrittenShortest(long millis, String text) {
    Duration duration = Duration.ofMillis(millis);

    assertThat(Quantities.parseDuration(text)).isEqualTo(Optional.of(duration));
    assertThat(Quantities.duration(duration)).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1.5Mi", "-1", "1 Mi", "16MB", "1k", "1234567890123"})
  void parseSize_otherForms_areNone(String text) {
    assertThat(Quantities.parseSize(text)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "5", "1.5s", "-1s", "1 s", "1d", "1S", "1234567890123s"})
  void parseDuration_otherForms_areNone(String text) {
    assertThat(Quantities.parseDuration(text)).isEmpty();
  }
}
