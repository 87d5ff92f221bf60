package dev.leat.gateway.control;

import dev.leat.gateway.control.OpenApiDocument.Declared;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which operation a method and a path name. Paths are taken as they were sent: one that only means
 * the same as a declared one ({@code //}, {@code ..}, an encoded letter) names nothing, so that
 * nothing in front of this node can have read it otherwise. Parameters are decoded afterwards; of
 * them, too, one that encodes what needs no encoding (RFC 3986, 2.3) names nothing.
 */
final class OperationTable {
  /** Of a letter, a digit, or one of {@code - . _ ~}. */
  private static final Pattern NEEDLESS_ESCAPE =
      Pattern.compile(
          "%(2[dD]|2[eE]|3[0-9]|4[1-9a-fA-F]|5[0-9aA]|5[fF]|6[1-9a-fA-F]|7[0-9aA]|7[eE])");

  /**
   * By the number of their segments, in the order of the document, but those that end with a verb
   * ({@code {tenant}:suspend}) before those without.
   */
  private final Map<Integer, List<Template>> templates = new HashMap<>();

  /**
   * @param byId what does each operation
   * @throws IllegalArgumentException if the document and the operations do not name the same ids
   */
  OperationTable(List<Declared> document, Map<String, Operation> byId) {
    requireSameIds(document, byId);
    Map<String, Template> byPath = new LinkedHashMap<>();
    for (Declared declared : document) {
      Operation operation = Objects.requireNonNull(byId.get(declared.id()));
      byPath
          .computeIfAbsent(declared.path(), Template::new)
          .byMethod
          .put(declared.method(), new MountedOperation(declared, operation));
    }
    byPath.values().stream()
        .sorted(Comparator.comparing(template -> template.verb.isEmpty()))
        .forEach(template ->
            templates
                .computeIfAbsent(template.segments.length, length -> new ArrayList<>())
                .add(template));
  }

  private static void requireSameIds(List<Declared> document, Map<String, Operation> byId) {
    Set<String> unknown = new HashSet<>(byId.keySet());
    Set<String> undone = new HashSet<>();
    for (Declared declared : document) {
      if (!unknown.remove(declared.id())) {
        undone.add(declared.id());
      }
    }
    if (!unknown.isEmpty() || !undone.isEmpty()) {
      throw new IllegalArgumentException(
          "The OpenAPI document declares %s, which nothing does; it does not declare %s"
              .formatted(undone, unknown));
    }
  }

  /**
   * @param path as sent
   * @throws IllegalArgumentException if a parameter is not well-formed
   */
  Lookup find(String method, String path) {
    if (NEEDLESS_ESCAPE.matcher(path).find()) {
      return new Nothing();
    }
    String[] segments = segments(path);
    for (Template template : templates.getOrDefault(segments.length, List.of())) {
      if (template.matches(segments)) {
        MountedOperation operation = template.byMethod.get(method);
        return operation == null
            ? new OtherMethod(String.join(", ", template.byMethod.keySet()))
            : new Found(operation, template.parameters(segments));
      }
    }
    return new Nothing();
  }

  /** One slash at the end is as none. */
  private static String[] segments(String path) {
    String whole =
        path.length() > 1 && path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    return whole.split("/", -1);
  }

  /** What a method and a path name. */
  sealed interface Lookup {}

  /**
   * An operation.
   *
   * @param parameters of the path, decoded
   */
  record Found(MountedOperation operation, Map<String, String> parameters) implements Lookup {}

  /**
   * The path is there, for other methods.
   *
   * @param allowed as the field {@code Allow} lists them
   */
  record OtherMethod(String allowed) implements Lookup {}

  /** Nothing is at the path. */
  record Nothing() implements Lookup {}

  /** A path of the document with its operations. */
  private static final class Template {
    private final String[] segments;
    private final Map<String, MountedOperation> byMethod = new LinkedHashMap<>();

    /** What follows the last parameter: "" or a word with its colon. */
    private final String verb;

    Template(String path) {
      int end = path.lastIndexOf('}') + 1;
      verb = end > 0 && path.startsWith(":", end) ? path.substring(end) : "";
      segments = segments(path.substring(0, path.length() - verb.length()));
    }

    boolean matches(String[] sent) {
      String last = sent[sent.length - 1];
      if (!verb.isEmpty() && (!last.endsWith(verb) || last.length() == verb.length())) {
        return false;
      }
      for (int i = 0; i < segments.length; i++) {
        boolean isMatch =
            parameter(segments[i]) == null ? segments[i].equals(sent[i]) : !sent[i].isEmpty();
        if (!isMatch) {
          return false;
        }
      }
      return true;
    }

    Map<String, String> parameters(String[] sent) {
      Map<String, String> parameters = new HashMap<>();
      for (int i = 0; i < segments.length; i++) {
        String name = parameter(segments[i]);
        if (name != null) {
          String value = sent[i];
          boolean isLast = i == segments.length - 1;
          parameters.put(
              name, decoded(isLast ? value.substring(0, value.length() - verb.length()) : value));
        }
      }
      return parameters;
    }

    private static @Nullable String parameter(String segment) {
      return segment.startsWith("{") ? segment.substring(1, segment.length() - 1) : null;
    }

    /** In paths a plus is a plus. */
    private static String decoded(String segment) {
      return segment.indexOf('%') < 0
          ? segment
          : URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
    }
  }
}
