package dev.leat.registry.function;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.leat.contract.Excerpt;
import dev.leat.contract.RequiredClaims;
import dev.leat.documents.ClosedObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The claims that a function requires, as manifests write them: {@code claims: {department:
 * payroll, groups: [staff, on-call]}}.
 */
final class RouteClaims {
  /** The key in a route. */
  static final String KEY = "claims";

  private static final Predicate<String> NAME =
      Pattern.compile("[\\x21-\\x7e]{1,%d}".formatted(RequiredClaims.CHARS_MAX)).asMatchPredicate();
  private static final Predicate<String> TEXT =
      Pattern.compile("[^\\p{Cntrl}]{1,%d}".formatted(RequiredClaims.CHARS_MAX)).asMatchPredicate();
  private static final String EXAMPLE = ", as in claims: {department: payroll}";

  private RouteClaims() {}

  /** Those of a route, which has them if and only if it asks for them. */
  static RequiredClaims read(ClosedObject route, boolean areAskedFor) {
    Optional<ObjectNode> written = route.node(KEY);
    if (written.isEmpty()) {
      if (areAskedFor) {
        route.require(KEY);
      }
      return RequiredClaims.NONE;
    }
    if (!areAskedFor) {
      route.refuse(KEY, "is for auth: claims only");
      return RequiredClaims.NONE;
    }
    int names = written.get().size();
    if (names == 0 || names > RequiredClaims.NAMES_MAX) {
      route.refuse(
          KEY,
          "must name 1-%d claims%s; was %d".formatted(RequiredClaims.NAMES_MAX, EXAMPLE, names));
      return RequiredClaims.NONE;
    }
    Map<String, List<Object>> claims = new TreeMap<>();
    for (Map.Entry<String, JsonNode> claim : written.get().properties()) {
      String at = KEY + "." + Excerpt.of(claim.getKey());
      if (!NAME.test(claim.getKey())) {
        route.refuse(
            at,
            "must be named with 1-%d printable ASCII characters without spaces"
                .formatted(RequiredClaims.CHARS_MAX));
      }
      List<Object> values = values(claim.getValue());
      if (values.isEmpty()) {
        route.refuse(
            at,
            "must be a text of 1-%d characters, a whole number, true or false, or a list of 1-%d different ones"
                .formatted(RequiredClaims.CHARS_MAX, RequiredClaims.VALUES_MAX));
      } else {
        claims.put(claim.getKey(), values);
      }
    }
    return new RequiredClaims(claims);
  }

  /** None if what is written is not allowed. */
  private static List<Object> values(JsonNode written) {
    if (!(written instanceof ArrayNode)) {
      Object value = value(written);
      return value == null ? List.of() : List.of(value);
    }
    List<Object> values = new ArrayList<>();
    for (JsonNode each : written) {
      Object value = value(each);
      if (value == null || values.contains(value) || values.size() == RequiredClaims.VALUES_MAX) {
        return List.of();
      }
      values.add(value);
    }
    return values;
  }

  private static @Nullable Object value(JsonNode written) {
    if (written.isTextual()) {
      return TEXT.test(written.asText()) ? written.asText() : null;
    }
    if (written.isBoolean()) {
      return written.asBoolean();
    }
    return written.isIntegralNumber() && written.canConvertToLong() ? written.asLong() : null;
  }

  /**
   * Those of a kept route. None must never be taken for those that cannot be read.
   *
   * @throws IllegalArgumentException if they cannot
   */
  static RequiredClaims stored(JsonNode route) {
    if (!route.path("auth").asText().equals(KEY)) {
      return RequiredClaims.NONE;
    }
    Map<String, List<Object>> claims = new TreeMap<>();
    route
        .path(KEY)
        .properties()
        .forEach(claim -> claims.put(claim.getKey(), storedValues(claim.getValue())));
    if (claims.isEmpty()) {
      throw new IllegalArgumentException("Its required claims cannot be read: " + route.path(KEY));
    }
    return new RequiredClaims(claims);
  }

  private static List<Object> storedValues(JsonNode written) {
    List<Object> values = new ArrayList<>();
    written.forEach(each -> {
      Object value = value(each);
      if (value == null) {
        throw new IllegalArgumentException("A required claim cannot be read: " + each);
      }
      values.add(value);
    });
    return values;
  }

  static void write(RequiredClaims claims, ObjectNode route) {
    ObjectNode written = route.putObject(KEY);
    claims
        .values()
        .forEach((name, values) -> {
          ArrayNode list = written.putArray(name);
          values.forEach(value -> add(value, list));
        });
  }

  private static void add(Object value, ArrayNode to) {
    switch (value) {
      case Boolean flag -> to.add(flag);
      case Long number -> to.add(number);
      default -> to.add(value.toString());
    }
  }
}
