package dev.leat.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** Prints results: for people, or as exactly one JSON or YAML document. */
final class Output {
  private final Terminal terminal;
  private final Format format;

  Output(Terminal terminal, Format format) {
    this.terminal = terminal;
    this.format = format;
  }

  /** Whether it is no document. */
  boolean isForPeople() {
    return format == Format.TABLE;
  }

  /** A list of things, of which people are shown these fields. */
  void list(ArrayNode items, String... columns) {
    list(items, items, columns);
  }

  /**
   * A list of things.
   *
   * @param document as it is
   * @param items as people, and tables, are shown it
   */
  void list(JsonNode document, ArrayNode items, String... columns) {
    if (format == Format.CSV) {
      row(List.of(columns));
      for (JsonNode item : items) {
        row(List.of(columns).stream().map(column -> text(item.path(column))).toList());
      }
      return;
    }
    if (format != Format.TABLE) {
      document(document);
      return;
    }
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of(columns).stream().map(Output::heading).toList());
    for (JsonNode item : items) {
      rows.add(List.of(columns).stream().map(column -> text(item.path(column))).toList());
    }
    table(rows);
  }

  /** What differs between two things. */
  void differences(ArrayNode differences, String from, String to) {
    if (format != Format.TABLE) {
      document(differences);
      return;
    }
    if (differences.isEmpty()) {
      terminal.line("%s and %s say the same.".formatted(from, to));
      return;
    }
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("AT", from, to));
    for (JsonNode difference : differences) {
      rows.add(
          List.of(
              text(difference.path("at")),
              difference.path("from").isNull() ? "-" : text(difference.path("from")),
              difference.path("to").isNull() ? "-" : text(difference.path("to"))));
    }
    table(rows);
  }

  /** One thing with all its fields. */
  void thing(JsonNode thing) {
    thing(thing, thing, "Nothing.");
  }

  /**
   * One thing with all its fields.
   *
   * @param document as it is
   * @param thing as people are shown it
   * @param ifEmpty what people are told when it has no fields
   */
  void thing(JsonNode document, JsonNode thing, String ifEmpty) {
    if (format != Format.TABLE) {
      document(document);
      return;
    }
    if (thing.isEmpty()) {
      terminal.line(ifEmpty);
      return;
    }
    List<List<String>> rows = new ArrayList<>();
    thing
        .properties()
        .forEach(field -> {
          if (!hasFields(field.getValue()) && !hasLines(field.getValue())) {
            rows.add(List.of(field.getKey(), text(field.getValue())));
          }
        });
    table(rows);
    thing
        .properties()
        .forEach(field -> {
          if (hasFields(field.getValue())) {
            terminal.line(field.getKey() + ":");
            Yaml.write(field.getValue()).lines().forEach(line -> terminal.line("  " + line));
          } else if (hasLines(field.getValue())) {
            terminal.line(field.getKey() + ":");
            text(field.getValue()).lines().forEach(line -> terminal.line("  " + line));
          }
        });
  }

  /** What was done: the lines for people, the last of which is the answer; else the document. */
  void done(JsonNode document, String... lines) {
    if (format != Format.TABLE) {
      document(document);
      return;
    }
    for (String line : lines) {
      terminal.line(line);
    }
  }

  /** A body of any kind: as it is, or as a document if one is asked for. */
  void body(byte[] body) {
    Optional<JsonNode> document = format == Format.TABLE ? Optional.empty() : Json.parse(body);
    if (format == Format.TABLE || (format == Format.JSON && document.isPresent())) {
      terminal.bytes(body);
    } else {
      document(document.orElseGet(() -> TextNode.valueOf(new String(body, UTF_8))));
    }
  }

  /** Objects, and lists of objects, do not fit on a line. */
  private static boolean hasFields(JsonNode value) {
    return value.isObject() || (value.isArray() && value.path(0).isObject());
  }

  private static boolean hasLines(JsonNode value) {
    return value.isTextual() && value.asText().indexOf('\n') >= 0;
  }

  /** A response with its head: as HTTP has it, or as one document. */
  void response(HttpResponse<byte[]> response) {
    if (format == Format.TABLE) {
      terminal.line("HTTP/1.1 " + response.statusCode());
      response
          .headers()
          .map()
          .forEach((name, values) ->
              values.forEach(value -> terminal.line(name.toLowerCase(Locale.ROOT) + ": " + value)));
      terminal.line("");
      terminal.bytes(response.body());
      return;
    }
    ObjectNode document = Json.object().put("status", response.statusCode());
    ObjectNode headers = document.putObject("headers");
    response
        .headers()
        .map()
        .forEach((name, values) ->
            headers.put(name.toLowerCase(Locale.ROOT), String.join(", ", values)));
    document.set(
        "body",
        Json.parse(response.body())
            .orElseGet(() -> TextNode.valueOf(new String(response.body(), UTF_8))));
    document(document);
  }

  /** A row as RFC 4180 has it, but for its end, which is that of the system's lines. */
  private void row(List<String> fields) {
    terminal.line(
        fields.stream()
            .map(field ->
                field.matches("[^\",\\p{Cntrl}]*")
                    ? field
                    : '"' + field.replace("\"", "\"\"") + '"')
            .collect(Collectors.joining(",")));
  }

  /** What is no list has no rows: there JSON stands for tables, too. */
  private void document(JsonNode document) {
    String text = format == Format.YAML ? Yaml.write(document) : document.toPrettyString();
    terminal.bytes((text + "\n").getBytes(UTF_8));
  }

  private void table(List<List<String>> rows) {
    if (rows.isEmpty()) {
      return;
    }
    List<Integer> widths = widths(rows);
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < row.size(); i++) {
        line.append(row.get(i)).repeat(" ", widths.get(i) - row.get(i).length() + 2);
      }
      terminal.line(line.toString().stripTrailing());
    }
  }

  /** CREATED AT for {@code createdAt}. */
  private static String heading(String field) {
    return field.replaceAll("([a-z])([A-Z])", "$1 $2").toUpperCase(Locale.ROOT);
  }

  private static List<Integer> widths(List<List<String>> rows) {
    List<Integer> widths = new ArrayList<>(Collections.nCopies(rows.getFirst().size(), 0));
    for (List<String> row : rows) {
      for (int i = 0; i < row.size(); i++) {
        widths.set(i, Math.max(widths.get(i), row.get(i).length()));
      }
    }
    return widths;
  }

  private static String text(JsonNode value) {
    if (value.isArray()) {
      return StreamSupport.stream(value.spliterator(), false)
          .map(Output::text)
          .collect(Collectors.joining(","));
    }
    return value.asText();
  }
}
