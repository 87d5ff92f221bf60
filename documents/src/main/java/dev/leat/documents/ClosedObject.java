package dev.leat.documents;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.leat.contract.EditDistance;
import dev.leat.contract.Excerpt;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * An object of a document of which every key must be known. Reading a value of the wrong kind notes
 * a finding and gives the fallback, so that reading goes on to the next mistake. {@link #close}
 * comes last and notes the keys that nobody read.
 */
public final class ClosedObject {
  private final ObjectNode node;
  private final String path;
  private final Findings findings;
  private final Set<String> known = new LinkedHashSet<>();
  private final Set<String> later = new HashSet<>();

  ClosedObject(ObjectNode node, String path, Findings findings) {
    this.node = node;
    this.path = path;
    this.findings = findings;
  }

  /** Notes a finding about the value of a key. */
  public void refuse(String key, String message) {
    findings.add(at(key), message);
  }

  /** Notes a finding about the whole object. */
  void refuse(String message) {
    findings.add(path, message);
  }

  /** Whatever there is under a key, for whoever looks at it further. */
  Optional<JsonNode> any(String key) {
    known.add(key);
    return Optional.ofNullable(node.get(key));
  }

  /** The object under a key, an empty one if it is absent. */
  public ClosedObject object(String key) {
    return optionalObject(key)
        .orElseGet(
            () -> new ClosedObject(JsonNodeFactory.instance.objectNode(), at(key), findings));
  }

  /** The object under a key, if there is one. */
  public Optional<ClosedObject> optionalObject(String key) {
    return node(key).map(object -> new ClosedObject(object, at(key), findings));
  }

  /** The object under a key, of which any key is allowed. */
  public Optional<ObjectNode> node(String key) {
    return value(key, "an object", value -> value instanceof ObjectNode object ? object : null);
  }

  /** True or false. */
  public Optional<Boolean> flag(String key) {
    return value(
        key, "true or false", value -> value.isBoolean() ? (Boolean) value.asBoolean() : null);
  }

  /** A whole number in this range. */
  public Optional<Long> number(String key, long min, long max) {
    return value(
        key,
        max == Long.MAX_VALUE
            ? "a whole number of at least " + min
            : "a whole number, %d-%d".formatted(min, max),
        value ->
            value.isIntegralNumber()
                    && value.canConvertToLong()
                    && value.asLong() >= min
                    && value.asLong() <= max
                ? (Long) value.asLong()
                : null);
  }

  /** Bytes in this range, written as {@link Quantities#parseSize} says. */
  public Optional<Long> size(String key, long min, long max) {
    return value(
        key,
        "a size such as 64Ki, 16Mi or 1Gi, %s-%s"
            .formatted(Quantities.size(min), Quantities.size(max)),
        value ->
            Quantities.parseSize(value.isNumber() || value.isTextual() ? value.asText() : "")
                .filter(size -> size >= min && size <= max)
                .orElse(null));
  }

  /** A time in this range, written as {@link Quantities#parseDuration} says. */
  public Optional<Duration> duration(String key, Duration min, Duration max) {
    return value(
        key,
        "a duration such as 500ms, 2s, 1m or 24h, %s-%s"
            .formatted(Quantities.duration(min), Quantities.duration(max)),
        value ->
            Quantities.parseDuration(value.isTextual() ? value.asText() : "")
                .filter(duration -> duration.compareTo(min) >= 0 && duration.compareTo(max) <= 0)
                .orElse(null));
  }

  /**
   * A text that is allowed.
   *
   * @param form what is allowed, to follow "must be"
   */
  public Optional<String> text(String key, Predicate<String> allowed, String form) {
    return value(key, form, value -> matching(value, allowed));
  }

  /** One of these words. */
  public Optional<String> word(String key, List<String> words) {
    return value(
        key,
        String.join(" | ", words),
        value -> value.isTextual() && words.contains(value.asText()) ? value.asText() : null);
  }

  /** Different texts; an empty list if the key is absent. */
  public List<String> texts(String key, int most, Predicate<String> allowed, String form) {
    return texts(key, most, allowed, form, null);
  }

  /**
   * Different texts, with objects among them.
   *
   * @param object reads each of these, and closes it
   */
  public List<String> textsAndObjects(
      String key, int most, Predicate<String> allowed, String form, Consumer<ClosedObject> object) {
    return texts(key, most, allowed, form, object);
  }

  private List<String> texts(
      String key,
      int most,
      Predicate<String> allowed,
      String form,
      @Nullable Consumer<ClosedObject> object) {
    Optional<JsonNode> list =
        value(
            key,
            "a list of at most " + most,
            value -> value.isArray() && value.size() <= most ? value : null);
    List<String> texts = new ArrayList<>();
    for (int i = 0; list.isPresent() && i < list.get().size(); i++) {
      if (object != null && list.get().get(i) instanceof ObjectNode node) {
        object.accept(new ClosedObject(node, at(key + "[" + i + "]"), findings));
        continue;
      }
      String text = matching(list.get().get(i), allowed);
      if (text == null) {
        refuse(key + "[" + i + "]", mustBe(form, list.get().get(i)));
      } else if (texts.contains(text)) {
        refuse(key + "[" + i + "]", "is in the list twice, list it once");
      } else {
        texts.add(text);
      }
    }
    return texts;
  }

  /** Whether there is a list under a key, with nothing in it. */
  public boolean isEmptyList(String key) {
    JsonNode value = node.get(key);
    return value != null && value.isArray() && value.isEmpty();
  }

  /** Notes that a key is missing, if it is. */
  public ClosedObject require(String... keys) {
    for (String key : keys) {
      if (!node.has(key)) {
        refuse(key, "is missing");
      }
    }
    return this;
  }

  /** Names keys that a later version reads: this one refuses them, and says why. */
  public ClosedObject later(String... keys) {
    later.addAll(List.of(keys));
    return this;
  }

  /** Notes the keys that nobody read. */
  public void close() {
    Iterator<String> keys = node.fieldNames();
    while (keys.hasNext() && !findings.isFull()) {
      String key = keys.next();
      if (later.contains(key)) {
        refuse(key, "is not available in this version; leave it out");
      } else if (!known.contains(key)) {
        refuse(Excerpt.of(key), "is no key here; " + suggestion(key));
      }
    }
  }

  private <T> Optional<T> value(String key, String form, Function<JsonNode, @Nullable T> read) {
    known.add(key);
    JsonNode value = node.get(key);
    if (value == null) {
      return Optional.empty();
    }
    Optional<T> good = Optional.ofNullable(read.apply(value));
    if (good.isEmpty()) {
      refuse(key, mustBe(form, value));
    }
    return good;
  }

  private static @Nullable String matching(JsonNode value, Predicate<String> allowed) {
    return value.isTextual() && allowed.test(value.asText()) ? value.asText() : null;
  }

  private static String mustBe(String form, JsonNode value) {
    String was =
        switch (value.getNodeType()) {
          case STRING -> "'" + Excerpt.of(value.asText()) + "'";
          case NULL -> "empty";
          case OBJECT -> "an object";
          case ARRAY -> "a list of " + value.size();
          case BOOLEAN -> "the boolean " + value.asText();
          default -> "the number " + value.asText();
        };
    return "must be " + form + "; was " + was;
  }

  private String suggestion(String key) {
    return EditDistance.nearest(key, known)
        .map(near -> "did you mean '" + near + "'?")
        .orElseGet(() -> "the keys are " + String.join(", ", known));
  }

  private String at(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }
}
