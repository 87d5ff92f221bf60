package dev.leat.documents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JacksonException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StrictJsonTest {
  private record Shape(int count, String name) {}

  @Test
  void mapper_exactJson_isRead() throws JacksonException {
    assertThat(StrictJson.mapper().readValue("{\"count\":1,\"name\":\"a\"}", Shape.class))
        .isEqualTo(new Shape(1, "a"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"count\":1,\"count\":2}",
        "{\"count\":1} {}",
        "{\"count\":1.0}",
        "{\"count\":\"1\"}",
        "{\"count\":null}",
        "{\"name\":1}",
        "{\"name\":true}",
        "{\"other\":1}"
      })
  void mapper_whatCouldMeanSomethingElse_isRefused(String json) {
    assertThatThrownBy(() -> StrictJson.mapper().readValue(json, Shape.class))
        .isInstanceOf(JacksonException.class);
  }

  @Test
  void tree_decimals_staysExact() {
    String json = "{\"rate\":0.10}";

    assertThat(StrictJson.tree(json)).hasToString(json);
  }

  @Test
  void tree_noJson_isADefect() {
    assertThatThrownBy(() -> StrictJson.tree("{")).isInstanceOf(IllegalArgumentException.class);
  }
}
