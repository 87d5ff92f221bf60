package dev.leat.gateway.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.leat.contract.Answer;
import dev.leat.contract.Cancellation;
import dev.leat.contract.Problem;
import io.vertx.core.MultiMap;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CallTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "\"\"                               | it must be one JSON object",
        "[]                               | it must be one JSON object",
        "{'count':x}                      | it is not well-formed (line 1, column 12)",
        "null                             | it is null",
        "{}                               | 'count' must be a whole number",
        "{'count':1}{}                    | it must be one JSON object",
        "{'count':1                       | it is not well-formed (line 1, column 11)",
        "{'count':1,'count':2}            | a member is given twice (line 1, column 19)",
        "{'count':1,'nam':2}              | there is no member 'nam'; the members are count, list, name",
        "{'count':1,'name':{}}            | 'name' must be a text",
        "{'count':1,'name':5}             | 'name' must be a text",
        "{'count':1,'name':true}          | 'name' must be a text",
        "{'count':'1'}                    | 'count' must be a whole number",
        "{'count':1.5}                    | 'count' must be a whole number",
        "{'count':1e99}                   | 'count' must be a whole number",
        "{'count':99999999999999999999}   | 'count' is too large a number",
        "{'count':null}                   | 'count' must be a whole number",
        "{'count':1,'list':'a'}           | 'list' must be a list",
        "{'count':1,'list':['a',{}]}      | 'list[1]' must be a text",
      })
  void json_ofAnotherShape_isRefusedInTheWordsOfJson(String body, String mistake) {
    assertThat(refusal(body.replace('\'', '"')))
        .isEqualTo(
            "The body is not the JSON that this operation takes: %s. See /v1/openapi.json."
                .formatted(mistake));
  }

  @Test
  void json_nestedTooDeeply_isNotWellFormed() {
    Answer<JsonNode> answer = call("[".repeat(5_000)).json(JsonNode.class);

    assertThat(answer.toString())
        .contains("it is not well-formed")
        .doesNotContain("StreamReadConstraints");
  }

  @Test
  void json_ofTheShape_isRead() {
    assertThat(call("{\"count\":1,\"name\":\"a\",\"list\":[\"b\"]}").json(Shape.class))
        .isEqualTo(Answer.done(new Shape(1, "a", List.of("b"))));
  }

  private static String refusal(String body) {
    return switch (call(body).json(Shape.class)) {
      case Answer.Refused<Shape>(Problem problem) -> problem.detail();
      case Answer.Done<Shape>(Shape shape) -> throw new AssertionError("accepted: " + shape);
    };
  }

  private static Call call(String body) {
    MultiMap none = MultiMap.caseInsensitiveMultiMap();
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    return new Call(null, Map.of(), Map.of(), none, bytes, Map.of(), "", new Cancellation());
  }

  private record Shape(long count, @Nullable String name, @Nullable List<String> list) {}
}
