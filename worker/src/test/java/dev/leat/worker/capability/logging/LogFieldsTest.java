package dev.leat.worker.capability.logging;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LogFieldsTest {
  @Test
  void fields_standBehindTheText_quotedWhereTheyNeedIt() {
    assertThat(
            LogFields.appended(
                "paid",
                "{\"order\": 17, \"name\": \"Ada L.\", \"ok\": true, \"eq\": \"a=b\", \"none\": \"\", \"q\": \"a\\\"\\\\b\"}"))
        .isEqualTo("paid order=17 name=\"Ada L.\" ok=true eq=\"a=b\" none=\"\" q=\"a\\\"\\\\b\"");
    assertThat(LogFields.appended("paid", "{}")).isEqualTo("paid");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "order=17",
        "[1]",
        "{\"a\": {\"b\": 1}}",
        "{\"a\": [1]}",
        "{\"a\": null}",
        "{\"a\": 1, \"a\": 2}",
        "{\"a\": 1",
        "{\"a\": 1} x"
      })
  void whatIsNoPlainObject_keepsTheLine(String json) {
    assertThat(LogFields.appended("paid", json)).isEqualTo("paid fields=unreadable");
  }

  @Test
  void moreFieldsThanAreTaken_keepTheLine() {
    assertThat(LogFields.appended("", fields(LogFields.COUNT_MAX))).contains("f31=1");
    assertThat(LogFields.appended("", fields(LogFields.COUNT_MAX + 1)))
        .isEqualTo(" fields=unreadable");
  }

  private static String fields(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> "\"f%d\": 1".formatted(i))
        .collect(Collectors.joining(",", "{", "}"));
  }
}
