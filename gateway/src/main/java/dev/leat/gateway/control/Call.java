package dev.leat.gateway.control;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.type.LogicalType;
import dev.leat.contract.Answer;
import dev.leat.contract.Cancellation;
import dev.leat.contract.FunctionName;
import dev.leat.contract.ProblemCode;
import dev.leat.contract.TenantId;
import dev.leat.tenants.Principal;
import io.vertx.core.MultiMap;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A request as an operation sees it: authenticated, authorised, its body read.
 *
 * @param principal who asks; null for operations open to everyone
 * @param path the path's parameters
 * @param query the query's parameters
 * @param body empty where the operation takes a form
 * @param parts a form's, by name; empty where the operation takes none
 * @param origin scheme and authority that the client used, such as {@code http://127.0.0.1:8080}
 * @param cancellation given up when the client goes
 */
record Call(
    @Nullable Principal principal,
    Map<String, String> path,
    Map<String, String> query,
    MultiMap headers,
    byte[] body,
    Map<String, byte[]> parts,
    String origin,
    Cancellation cancellation) {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .withCoercionConfig(
              LogicalType.Textual,
              texts -> {
                texts.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail);
                texts.setCoercion(CoercionInputShape.Float, CoercionAction.Fail);
                texts.setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail);
              })
          .build();

  Principal by() {
    return Objects.requireNonNull(principal, "an operation that needs no token has no caller");
  }

  String actor() {
    return by().subject();
  }

  TenantId tenant() {
    return new TenantId(parameter("tenant"));
  }

  String parameter(String name) {
    return Objects.requireNonNull(path.get(name), name);
  }

  Optional<String> query(String name) {
    return Optional.ofNullable(query.get(name));
  }

  /** The function that the path names, or that there can be none of that name. */
  Answer<FunctionName> function() {
    String name = parameter("function");
    return FunctionName.isValid(name)
        ? Answer.done(new FunctionName(name))
        : Answer.refused(
            ProblemCode.FUNCTION_NOT_FOUND, "There is no function of that name in the tenant.");
  }

  /** The page size asked for, 1 to 1,000; 100 when none is. */
  Answer<Integer> limit() {
    String text = query.get("limit");
    if (text == null) {
      return Answer.done(100);
    }
    return text.matches("[1-9][0-9]{0,3}") && Integer.parseInt(text) <= 1_000
        ? Answer.done(Integer.valueOf(text))
        : Answer.refused(
            ProblemCode.INVALID_REQUEST,
            "The parameter 'limit' must be 1-1000, was '" + abbreviate(text) + "'.");
  }

  /** The body as JSON of this shape; unknown members are refused. */
  <T> Answer<T> json(Class<T> shape) {
    try {
      T value = JSON.readValue(body, shape);
      return value == null ? invalid("it is null") : Answer.done(value);
    } catch (JsonProcessingException e) {
      return invalid(JsonMistake.of(e));
    } catch (IOException e) {
      throw new UncheckedIOException("Reading from memory", e);
    }
  }

  private static <T> Answer<T> invalid(String why) {
    return Answer.refused(
        ProblemCode.INVALID_REQUEST,
        "The body is not the JSON that this operation takes: "
            + abbreviate(why)
            + ". See /v1/openapi.json.");
  }

  static String abbreviate(String text) {
    return text.length() <= 300 ? text : text.substring(0, 300) + "...";
  }
}
