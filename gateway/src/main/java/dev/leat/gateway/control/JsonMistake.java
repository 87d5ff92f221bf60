package dev.leat.gateway.control;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What is wrong with a body that is not the JSON asked for, in the words of JSON: what the reader
 * itself says names the classes that it binds to.
 */
final class JsonMistake {
  private JsonMistake() {}

  /** The mistake, to follow a colon. */
  static String of(JsonProcessingException e) {
    return switch (e) {
      case UnrecognizedPropertyException unknown ->
          "there is no member '%s'; the members are %s"
              .formatted(path(unknown), members(unknown.getKnownPropertyIds()));
      case MismatchedInputException mismatch when mismatch.getPath().isEmpty() ->
          "it must be one JSON object";
      case MismatchedInputException mismatch ->
          "'%s' must be %s".formatted(path(mismatch), kind(mismatch.getTargetType()));
      case JsonMappingException mapping when mapping.getCause() instanceof InputCoercionException ->
          "'%s' is too large a number".formatted(path(mapping));
      default -> notWellFormed(e) + place(e);
    };
  }

  /** The reader has no type of its own for a name that is given twice. */
  private static String notWellFormed(JsonProcessingException e) {
    return e.getOriginalMessage().startsWith("Duplicate field")
        ? "a member is given twice"
        : "it is not well-formed";
  }

  private static String place(JsonProcessingException e) {
    JsonLocation at = e.getLocation();
    return at == null ? "" : " (line %d, column %d)".formatted(at.getLineNr(), at.getColumnNr());
  }

  /** {@code roles[0]}, {@code name}. */
  private static String path(JsonMappingException e) {
    StringBuilder path = new StringBuilder();
    for (JsonMappingException.Reference step : e.getPath()) {
      if (step.getFieldName() == null) {
        path.append('[').append(step.getIndex()).append(']');
      } else {
        path.append(path.isEmpty() ? "" : ".").append(step.getFieldName());
      }
    }
    return path.toString();
  }

  private static String members(Collection<Object> known) {
    return known.stream().map(String::valueOf).sorted().collect(Collectors.joining(", "));
  }

  private static String kind(@Nullable Class<?> type) {
    if (type == String.class) {
      return "a text";
    }
    if (type == long.class || type == int.class) {
      return "a whole number";
    }
    if (type == boolean.class) {
      return "true or false";
    }
    return type != null && List.class.isAssignableFrom(type) ? "a list" : "of another kind";
  }
}
