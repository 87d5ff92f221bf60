package dev.leat.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

class HeadersTest {
  private static final Headers HEADERS = Headers.of("Accept", "a", "X-Id", "1", "accept", "b");

  @Test
  void first_comparesNamesWithoutCase() {
    assertThat(HEADERS.first("ACCEPT")).isEqualTo("a");
    assertThat(HEADERS.first("x-id")).isEqualTo("1");
    assertThat(HEADERS.first("x")).isNull();
    assertThat(Headers.NONE.first("x")).isNull();
  }

  @Test
  void fields_keepTheirOrderAndSpelling() {
    assertThat(HEADERS)
        .containsExactly(Map.entry("Accept", "a"), Map.entry("X-Id", "1"), Map.entry("accept", "b"))
        .hasSize(HEADERS.size());
    assertThat(HEADERS.name(2)).isEqualTo("accept");
    assertThat(HEADERS.value(2)).isEqualTo("b");
    assertThatThrownBy(() -> HEADERS.name(3)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> HEADERS.value(-1)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void builder_thatGoesOn_leavesWhatItBuilt() {
    Headers.Builder builder = new Headers.Builder();
    assertThat(builder.build()).isSameAs(Headers.NONE);

    builder.add("a", "1");
    Headers one = builder.build();
    for (int i = 0; i < 100; i++) {
      builder.add("b" + i, "2");
    }

    assertThat(one).isEqualTo(Headers.of("a", "1")).hasSameHashCodeAs(Headers.of("a", "1"));
    assertThat(builder.build().size()).isEqualTo(101);
    assertThat(builder.build().value(100)).isEqualTo("2");
    assertThat(one.first("b0")).isNull();
  }

  @Test
  void of_copiesWhatItIsGiven() {
    String[] given = {"a", "1"};
    Headers headers = Headers.of(given);

    given[1] = "2";

    assertThat(headers.first("a")).isEqualTo("1");
  }

  @Test
  void toString_namesNoValues() {
    assertThat(Headers.of("authorization", "secret")).hasToString("[authorization]");
  }

  @Test
  void of_anOddNumber_isRefused() {
    assertThatThrownBy(() -> Headers.of("a")).isInstanceOf(IllegalArgumentException.class);
  }
}
