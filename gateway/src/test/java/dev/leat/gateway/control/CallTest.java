package dev.leat.gateway.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.contract.Answer;
import dev.leat.contract.Cancellation;
import dev.leat.contract.FunctionName;
import dev.leat.contract.ProblemCode;
import dev.leat.documents.StrictJson;
import dev.leat.gateway.control.request.NewTenant;
import io.vertx.core.MultiMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CallTest {
  private static Call call(Map<String, String> path, Map<String, String> query, String json) {
    return new Call(
        null,
        path,
        query,
        MultiMap.caseInsensitiveMultiMap(),
        new byte[0],
        StrictJson.tree(json),
        Map.of(),
        "",
        new Cancellation(),
        bytes -> true);
  }

  @Test
  void limit_thatIsNotGiven_is100() {
    assertThat(call(Map.of(), Map.of(), "{}").limit()).isEqualTo(Answer.done(100));
    assertThat(call(Map.of(), Map.of("limit", "1000"), "{}").limit()).isEqualTo(Answer.done(1_000));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0", "-1", "01", "1001", "9999", "99999", "1e2", " 1", "\u0661"})
  void limit_thatIsNone_isRefused(String limit) {
    assertThat(call(Map.of(), Map.of("limit", limit), "{}").limit().toString())
        .contains(ProblemCode.INVALID_REQUEST.name(), "must be 1-1000, was '" + limit + "'");
  }

  @Test
  void function_thatCannotBe_isNotFound() {
    assertThat(call(Map.of("function", "f"), Map.of(), "{}").function())
        .isEqualTo(Answer.done(new FunctionName("f")));
    assertThat(call(Map.of("function", "No!"), Map.of(), "{}").function().toString())
        .contains(ProblemCode.FUNCTION_NOT_FOUND.name());
  }

  @Test
  void json_isTheRecordThatTheDocumentDescribes() {
    assertThat(call(Map.of(), Map.of(), "{\"name\":\"a\"}").json(NewTenant.class))
        .isEqualTo(new NewTenant("a"));
    assertThatThrownBy(() -> call(Map.of(), Map.of(), "{\"nam\":1}").json(NewTenant.class))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void caller_ofAnOpenOperation_isNotAskedFor() {
    assertThatThrownBy(() -> call(Map.of(), Map.of(), "{}").actor())
        .isInstanceOf(NullPointerException.class);
  }
}
