package dev.leat.gateway.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.leat.contract.Excerpt;
import dev.leat.contract.Finding;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A schema of the OpenAPI document against which bodies are checked (JSON Schema 2020-12, of which
 * it knows the keywords that the document uses; another in a request's schema keeps the node from
 * starting). All mistakes are found at once, up to {@value #FINDINGS_MAX}. A body is gone through
 * once, no deeper than the schema is. Safe for several threads.
 *
 * <p>Two things are stricter than in JSON Schema: a whole number is one that is written as such and
 * fits into 64 bits. Under {@code x-leat-domain} only the type is checked: what else is said there
 * is for the reader, and the domain says it better.
 */
final class BodySchema {
  static final int FINDINGS_MAX = 20;

  /** Schemas within schemas; a schema that contains itself has no end. */
  private static final int DEPTH_MAX = 20;

  private static final Set<String> ANNOTATIONS =
      Set.of("description", "title", "examples", "example", "default", "format", "x-leat-domain");
  private static final BigInteger LONG_MIN = BigInteger.valueOf(Long.MIN_VALUE);
  private static final BigInteger LONG_MAX = BigInteger.valueOf(Long.MAX_VALUE);

  private final List<Check> checks;

  private BodySchema(List<Check> checks) {
    this.checks = checks;
  }

  /**
   * @param document in which references are looked up
   * @throws IllegalArgumentException if the schema has a keyword that is not known here
   */
  static BodySchema of(JsonNode schema, JsonNode document) {
    return of(schema, document, 0);
  }

  private static BodySchema of(JsonNode schema, JsonNode document, int depth) {
    if (depth > DEPTH_MAX) {
      throw new IllegalArgumentException("A schema contains itself: " + schema);
    }
    List<Check> checks = new ArrayList<>();
    boolean isOfDomain = schema.path("x-leat-domain").asBoolean();
    if (schema.has("type")) {
      checks.add(type(schema.get("type").asText()));
    }
    if ((schema.has("minItems") || schema.has("maxItems")) && !isOfDomain) {
      checks.add(size(schema));
    }
    for (Map.Entry<String, JsonNode> keyword : schema.properties()) {
      Check check = check(keyword.getKey(), keyword.getValue(), schema, document, depth + 1);
      if (check != null && !isOfDomain) {
        checks.add(check);
      }
    }
    return new BodySchema(List.copyOf(checks));
  }

  /** The mistakes in a body; none if it is as the schema says. */
  List<Finding> findings(JsonNode body) {
    List<Finding> findings = new ArrayList<>();
    check(body, "", findings);
    return findings;
  }

  private void check(JsonNode value, String at, List<Finding> findings) {
    for (Check check : checks) {
      if (findings.size() >= FINDINGS_MAX || !check.check(value, at, findings)) {
        return;
      }
    }
  }

  private boolean allows(JsonNode value) {
    List<Finding> findings = new ArrayList<>();
    check(value, "", findings);
    return findings.isEmpty();
  }

  /** One keyword. */
  @FunctionalInterface
  private interface Check {
    /** Adds what is wrong; false if it is so wrong that nothing else can be said of the value. */
    boolean check(JsonNode value, String at, List<Finding> findings);
  }

  private static @Nullable Check check(
      String keyword, JsonNode says, JsonNode schema, JsonNode document, int depth) {
    return switch (keyword) {
      case "type" -> null; // the first of all
      case "$ref" -> {
        BodySchema other = of(document.at(says.asText().substring(1)), document, depth);
        yield (value, at, findings) -> {
          other.check(value, at, findings);
          return true;
        };
      }
      case "required" -> required(says);
      case "properties" -> properties(says, document, depth);
      case "additionalProperties" -> others(says, schema.path("properties"), document, depth);
      case "propertyNames" -> names(of(says, document, depth));
      case "items" -> items(of(says, document, depth));
      case "minItems", "maxItems" -> null; // before the items are looked at
      case "uniqueItems" -> unique(schema);
      case "minLength", "maxLength" -> length(schema);
      case "pattern" -> pattern(schema);
      case "minimum", "maximum" -> range(schema);
      case "enum" -> words(says);
      case "const" -> must(value -> value.equals(says), "must be " + quoted(says));
      case "not" -> {
        BodySchema other = of(says, document, depth);
        yield must(value -> !other.allows(value), "must be another value");
      }
      default -> {
        if (ANNOTATIONS.contains(keyword)) {
          yield null;
        }
        throw new IllegalArgumentException("Bodies cannot be checked for '" + keyword + "'");
      }
    };
  }

  private static Check must(Predicate<JsonNode> holds, String message) {
    return (value, at, findings) -> {
      if (!holds.test(value)) {
        findings.add(new Finding(at, message + was(value)));
      }
      return true;
    };
  }

  private static Check type(String type) {
    Predicate<JsonNode> isOfType =
        switch (type) {
          case "object" -> JsonNode::isObject;
          case "array" -> JsonNode::isArray;
          case "string" -> JsonNode::isTextual;
          case "boolean" -> JsonNode::isBoolean;
          case "integer" -> JsonNode::isIntegralNumber;
          case "number" -> JsonNode::isNumber;
          default -> throw new IllegalArgumentException("Bodies cannot be of type '" + type + "'");
        };
    String name =
        switch (type) {
          case "object" -> "a JSON object";
          case "array" -> "a list";
          case "string" -> "a text";
          case "boolean" -> "true or false";
          case "integer" -> "a whole number";
          default -> "a number";
        };
    return (value, at, findings) -> {
      if (!isOfType.test(value)) {
        findings.add(new Finding(at, "must be " + name + was(value)));
        return false;
      }
      if (type.equals("integer") && !fitsLong(value)) {
        findings.add(new Finding(at, "is too large a number"));
        return false;
      }
      return true;
    };
  }

  private static boolean fitsLong(JsonNode number) {
    BigInteger value = number.bigIntegerValue();
    return value.compareTo(LONG_MIN) >= 0 && value.compareTo(LONG_MAX) <= 0;
  }

  private static Check required(JsonNode names) {
    return (value, at, findings) -> {
      for (JsonNode name : names) {
        if (value.isObject() && !value.has(name.asText())) {
          findings.add(new Finding(member(at, name.asText()), "is missing"));
        }
      }
      return true;
    };
  }

  private static Check properties(JsonNode says, JsonNode document, int depth) {
    Map<String, BodySchema> schemas = new TreeMap<>();
    says.properties()
        .forEach(member -> schemas.put(member.getKey(), of(member.getValue(), document, depth)));
    return (value, at, findings) -> {
      schemas.forEach((name, schema) -> {
        JsonNode sent = value.get(name);
        if (sent != null) {
          schema.check(sent, member(at, name), findings);
        }
      });
      return true;
    };
  }

  /** The members that have no schema of their own. */
  private static Check others(JsonNode says, JsonNode properties, JsonNode document, int depth) {
    BodySchema schema = says.isObject() ? of(says, document, depth) : null;
    boolean isRefused = says.isBoolean() && !says.asBoolean();
    Set<String> known = new TreeSet<>();
    properties.fieldNames().forEachRemaining(known::add);
    String message = "is not known; the members are " + String.join(", ", known);
    return (value, at, findings) -> {
      for (Map.Entry<String, JsonNode> member : value.properties()) {
        if (findings.size() >= FINDINGS_MAX) {
          break;
        }
        if (!known.contains(member.getKey())) {
          String place = member(at, member.getKey());
          if (isRefused) {
            findings.add(new Finding(place, message));
          } else if (schema != null) {
            schema.check(member.getValue(), place, findings);
          }
        }
      }
      return true;
    };
  }

  private static Check names(BodySchema schema) {
    return (value, at, findings) -> {
      value
          .fieldNames()
          .forEachRemaining(
              name -> schema.check(TextNode.valueOf(name), member(at, name), findings));
      return true;
    };
  }

  private static Check items(BodySchema schema) {
    return (value, at, findings) -> {
      for (int i = 0; value.isArray() && i < value.size(); i++) {
        schema.check(value.get(i), at + "[" + i + "]", findings);
      }
      return true;
    };
  }

  private static Check size(JsonNode schema) {
    int min = schema.path("minItems").asInt(0);
    int max = schema.path("maxItems").asInt(Integer.MAX_VALUE);
    String bounds =
        !schema.has("maxItems")
            ? "at least " + min
            : !schema.has("minItems") ? "at most " + max : min + "-" + max;
    return (value, at, findings) -> {
      if (value.isArray() && (value.size() < min || value.size() > max)) {
        findings.add(new Finding(at, "must have %s items, has %d".formatted(bounds, value.size())));
        return false; // so that no work is done for thousands
      }
      return true;
    };
  }

  /** Texts of one hash are easily made, and a set of them takes time by the square of its size. */
  private static Check unique(JsonNode schema) {
    if (!schema.has("maxItems")) {
      throw new IllegalArgumentException("uniqueItems needs maxItems beside it");
    }
    return must(BodySchema::hasUniqueItems, "must have no item twice");
  }

  private static boolean hasUniqueItems(JsonNode value) {
    Set<JsonNode> seen = new HashSet<>();
    for (JsonNode item : value) {
      if (!seen.add(item)) {
        return !value.isArray();
      }
    }
    return true;
  }

  /** Of both bounds one message, by whichever comes last. */
  private static @Nullable Check length(JsonNode schema) {
    int min = schema.path("minLength").asInt(0);
    int max = schema.path("maxLength").asInt(Integer.MAX_VALUE);
    return (value, at, findings) -> {
      String text = value.asText();
      int length = text.codePointCount(0, text.length());
      if (value.isTextual() && (length < min || length > max)) {
        findings.add(
            new Finding(at, "must have %d-%d characters, has %d".formatted(min, max, length)));
        return false; // its other bound would say the same again
      }
      return true;
    };
  }

  private static Check pattern(JsonNode schema) {
    Pattern pattern = Pattern.compile(schema.get("pattern").asText());
    String form =
        schema.path("description").asText("of the form " + pattern).replaceAll("\\.$", "");
    String what = "must be " + form;
    return must(value -> !value.isTextual() || pattern.matcher(value.asText()).find(), what);
  }

  private static Check range(JsonNode schema) {
    long min = schema.path("minimum").asLong(Long.MIN_VALUE);
    long max = schema.path("maximum").asLong(Long.MAX_VALUE);
    return (value, at, findings) -> {
      if (value.isIntegralNumber() && (value.longValue() < min || value.longValue() > max)) {
        findings.add(
            new Finding(at, "must be %d-%d, was %d".formatted(min, max, value.longValue())));
        return false; // its other bound would say the same again
      }
      return true;
    };
  }

  private static Check words(JsonNode words) {
    Set<JsonNode> allowed = new HashSet<>();
    List<String> texts = new ArrayList<>();
    words.forEach(word -> {
      allowed.add(word);
      texts.add(word.asText());
    });
    return must(allowed::contains, "must be one of " + String.join(", ", texts));
  }

  /** {@code roles}, {@code a.b}. */
  private static String member(String at, String name) {
    return at.isEmpty() ? Excerpt.of(name) : at + "." + Excerpt.of(name);
  }

  private static String was(JsonNode value) {
    return value.isContainerNode() || value.isMissingNode() ? "" : ", was " + quoted(value);
  }

  private static String quoted(JsonNode value) {
    return value.isTextual()
        ? "'" + Excerpt.of(value.asText()) + "'"
        : Excerpt.of(value.toString());
  }
}
