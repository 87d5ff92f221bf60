package dev.leat.gateway.control;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.leat.contract.Answer;
import dev.leat.contract.Cancellation;
import dev.leat.contract.Excerpt;
import dev.leat.contract.FunctionName;
import dev.leat.contract.ProblemCode;
import dev.leat.contract.TenantId;
import dev.leat.documents.StrictJson;
import dev.leat.tenants.Principal;
import io.vertx.core.MultiMap;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * A request as an operation sees it: authenticated, authorised, its body read.
 *
 * @param principal who asks; null for operations open to everyone
 * @param path the path's parameters
 * @param query the query's parameters
 * @param body empty where the operation takes a form
 * @param json the body as the document's schema let it through; null where it has none, or where it
 *     was left out
 * @param parts a form's, by name; empty where the operation takes none
 * @param origin scheme and authority that the client used, such as {@code http://127.0.0.1:8080}
 * @param cancellation given up when the client goes
 * @param memory takes so many bytes for an answer that is about to be read, or gives false
 */
record Call(
    @Nullable Principal principal,
    Map<String, String> path,
    Map<String, String> query,
    MultiMap headers,
    byte[] body,
    @Nullable JsonNode json,
    Map<String, byte[]> parts,
    String origin,
    Cancellation cancellation,
    LongPredicate memory) {
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

  Optional<String> ifMatch() {
    return Optional.ofNullable(headers.get("if-match"));
  }

  /** Whether the query's parameter of this name is {@code true}; it may be left out. */
  Answer<Boolean> isSet(String name) {
    String text = query.getOrDefault(name, "false");
    return text.equals("true") || text.equals("false")
        ? Answer.done(text.equals("true"))
        : Answer.refused(
            ProblemCode.INVALID_REQUEST,
            "The parameter '%s' must be true or false, was '%s'."
                .formatted(name, Excerpt.of(text)));
  }

  /** The time that the query's parameter of this name says, as RFC 3339 writes it in UTC. */
  Answer<Optional<Instant>> instant(String name) {
    try {
      return Answer.done(query(name).map(Instant::parse));
    } catch (DateTimeException e) {
      return Answer.refused(
          ProblemCode.INVALID_REQUEST,
          "The parameter '%s' must be a time such as 2026-01-31T12:00:00Z, was '%s'."
              .formatted(name, Excerpt.of(query.getOrDefault(name, ""))));
    }
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
    return number("limit", 1_000, 100);
  }

  /**
   * The number of a parameter.
   *
   * @param max from 1 up to this
   * @param otherwise when there is none
   */
  Answer<Integer> number(String name, int max, int otherwise) {
    String text = query.get(name);
    if (text == null) {
      return Answer.done(otherwise);
    }
    return text.matches("[1-9][0-9]{0,5}") && Integer.parseInt(text) <= max
        ? Answer.done(Integer.valueOf(text))
        : Answer.refused(
            ProblemCode.INVALID_REQUEST,
            "The parameter '%s' must be 1-%d, was '%s'.".formatted(name, max, Excerpt.of(text)));
  }

  /** The body, which is of this shape: the document says so, and tests that both say the same. */
  <T extends Record> T json(Class<T> shape) {
    try {
      return StrictJson.mapper()
          .treeToValue(Objects.requireNonNull(json, "the document has a schema for it"), shape);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("The document allows what " + shape + " does not", e);
    }
  }
}
