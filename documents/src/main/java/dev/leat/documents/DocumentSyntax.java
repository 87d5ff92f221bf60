package dev.leat.documents;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import dev.leat.contract.Excerpt;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads a document's bytes into a tree, YAML as strictly as JSON: no aliases, tags or second
 * documents, no duplicate keys, no numbers or booleans that only YAML 1.1 knows, at most {@value
 * #DEPTH_MAX} levels. The input is hostile.
 */
final class DocumentSyntax {
  static final int DEPTH_MAX = 20;
  private static final StreamReadConstraints CONSTRAINTS =
      StreamReadConstraints.builder().maxNestingDepth(DEPTH_MAX).maxNumberLength(100).build();
  private static final JsonFactory JSON =
      JsonFactory.builder().streamReadConstraints(CONSTRAINTS).build();
  private static final YAMLFactory YAML =
      YAMLFactory.builder()
          .streamReadConstraints(CONSTRAINTS)
          .enable(YAMLParser.Feature.PARSE_BOOLEAN_LIKE_WORDS_AS_STRINGS)
          .build();
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  /** A number as JSON has it (RFC 8259, 6), and small enough to be exact. */
  private static final Pattern NUMBER =
      Pattern.compile("-?(0|[1-9][0-9]{0,29})(\\.[0-9]{1,30})?([eE][+-]?[0-9]{1,2})?");

  private final JsonParser parser;
  private final String form;
  private final Findings findings;

  private DocumentSyntax(JsonParser parser, String form, Findings findings) {
    this.parser = parser;
    this.form = form;
    this.findings = findings;
  }

  /**
   * The document, or nothing if it cannot be read.
   *
   * @param form what it must be, to follow "must be"
   */
  static Optional<ObjectNode> parse(byte[] document, String form, Findings findings) {
    JsonFactory format = isJson(document) ? JSON : YAML;
    try (JsonParser parser = format.createParser(document)) {
      return new DocumentSyntax(parser, form, findings).document();
    } catch (JacksonException e) {
      findings.add(place(e.getLocation()), "cannot be read: " + summary(e));
    } catch (IOException | RuntimeException e) {
      // The scanners lean on the JVM's own checks for some malformed input.
      findings.add("", "cannot be read as YAML or JSON in UTF-8");
    }
    return Optional.empty();
  }

  /** YAML includes most of JSON, but not, for one, tabs between its tokens. */
  private static boolean isJson(byte[] document) {
    try (JsonParser parser = JSON.createParser(document)) {
      JsonToken first = parser.nextToken();
      while (parser.nextToken() != null) {}
      return first == JsonToken.START_OBJECT;
    } catch (IOException e) {
      return false;
    }
  }

  private Optional<ObjectNode> document() throws IOException {
    if (parser.nextToken() == null) {
      findings.add("", "is empty");
      return Optional.empty();
    }
    JsonNode root = value("");
    if (parser.nextToken() != null) {
      findings.add("", "holds a second document, only one is allowed");
    }
    if (root instanceof ObjectNode object) {
      return Optional.of(object);
    }
    findings.add("", "must be " + form);
    return Optional.empty();
  }

  private JsonNode value(String path) throws IOException {
    if (parser instanceof YAMLParser yaml) {
      checkPlain(yaml, path);
    }
    return switch (parser.currentToken()) {
      case START_OBJECT -> object(path);
      case START_ARRAY -> array(path);
      case VALUE_TRUE -> NODES.booleanNode(true);
      case VALUE_FALSE -> NODES.booleanNode(false);
      case VALUE_NULL -> NODES.nullNode();
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number(parser.getText());
      default -> NODES.textNode(parser.getText());
    };
  }

  private void checkPlain(YAMLParser yaml, String path) throws IOException {
    if (yaml.isCurrentAlias()) {
      findings.add(path, "uses a YAML alias, write the value out");
    }
    if (yaml.getTypeId() != null) {
      findings.add(path, "has a YAML tag, leave it out");
    }
  }

  private ObjectNode object(String path) throws IOException {
    ObjectNode object = NODES.objectNode();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      String at = path.isEmpty() ? Excerpt.of(name) : path + "." + Excerpt.of(name);
      parser.nextToken();
      JsonNode value = value(at);
      if (object.has(name)) {
        findings.add(at, "is given twice, give it once");
      }
      object.set(name, value);
    }
    return object;
  }

  private ArrayNode array(String path) throws IOException {
    ArrayNode array = NODES.arrayNode();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      array.add(value(path + "[" + array.size() + "]"));
    }
    return array;
  }

  /** What YAML 1.1 would take for a number and JSON would not is text: 010, 0x10, 1_000, 1:30. */
  private static JsonNode number(String text) {
    if (!NUMBER.matcher(text).matches()) {
      return NODES.textNode(text);
    }
    return text.chars().allMatch(c -> c == '-' || Character.isDigit(c))
        ? NODES.numberNode(new BigInteger(text))
        : NODES.numberNode(new BigDecimal(text));
  }

  private static String place(@Nullable JsonLocation location) {
    return location == null
        ? ""
        : "line " + location.getLineNr() + ", column " + location.getColumnNr();
  }

  /** The parser's reason without its excerpts of the document. */
  private static String summary(JacksonException e) {
    String message = String.valueOf(e.getOriginalMessage());
    return Excerpt.of(message.lines().findFirst().orElse("malformed"));
  }
}
