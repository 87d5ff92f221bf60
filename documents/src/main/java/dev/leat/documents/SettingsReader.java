package dev.leat.documents;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.leat.contract.Finding;
import dev.leat.contract.Setting;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Binds a configuration file to config records: each component that is a {@link Setting} is read
 * from its key, a record among them from the section of that name. What the file leaves out, or has
 * wrong, is as the defaults have it, so that every mistake is found at once.
 */
public final class SettingsReader {
  private static final String FORM = "a mapping of sections and their keys";
  private static final int LIST_MAX = 1_000;

  /** A century. */
  private static final long SECONDS_MAX = 3_155_760_000L;

  private final JsonMapper mapper;
  private final Findings findings = new Findings();

  private SettingsReader(JsonMapper mapper) {
    this.mapper = mapper;
  }

  /**
   * Settings as they were read.
   *
   * @param value to be used only if there are no findings
   */
  public record Read<T>(T value, List<Finding> findings) {
    public Read {
      findings = List.copyOf(findings);
    }
  }

  /**
   * The defaults with what the file says instead. An empty file says nothing.
   *
   * @param mapper binds what is no number and no record of settings: texts, lists, enums
   * @param yamlOrJson in UTF-8
   */
  public static <T extends Record> Read<T> read(JsonMapper mapper, byte[] yamlOrJson, T defaults) {
    SettingsReader reader = new SettingsReader(mapper);
    Optional<ObjectNode> root =
        isEmpty(yamlOrJson)
            ? Optional.of(mapper.createObjectNode())
            : DocumentSyntax.parse(yamlOrJson, FORM, reader.findings);
    T value =
        root.map(node -> new ClosedObject(node, "", reader.findings))
            .map(section -> reader.section(section, defaults))
            .orElse(defaults);
    return new Read<>(value, reader.findings.toList());
  }

  private static boolean isEmpty(byte[] yaml) {
    return new String(yaml, StandardCharsets.UTF_8)
        .lines()
        .map(String::strip)
        .allMatch(line -> line.isEmpty() || line.startsWith("#") || line.equals("---"));
  }

  private <T extends Record> T section(ClosedObject section, T defaults) {
    RecordComponent[] components = defaults.getClass().getRecordComponents();
    Object[] values = new Object[components.length];
    Map<String, Long> numbers = new HashMap<>();
    for (int i = 0; i < components.length; i++) {
      Setting setting = components[i].getAnnotation(Setting.class);
      Object standard = valueOf(components[i], defaults);
      values[i] =
          setting == null ? standard : value(section, components[i], setting, standard, numbers);
    }
    section.close();
    return make(section, components, values, defaults);
  }

  private Object value(
      ClosedObject section,
      RecordComponent component,
      Setting setting,
      Object standard,
      Map<String, Long> numbers) {
    return switch (standard) {
      case Record part when isSection(part) -> section(section.object(setting.key()), part);
      case Integer number -> (int) number(section, setting, number, Integer.MAX_VALUE, numbers);
      case Long bytes when setting.unit() == Setting.Unit.MEBIBYTES ->
          number(section, setting, bytes >> 20, Long.MAX_VALUE >> 20, numbers) << 20;
      case Long number -> number(section, setting, number, Long.MAX_VALUE, numbers);
      case Duration time ->
          Duration.ofSeconds(number(section, setting, time.toSeconds(), SECONDS_MAX, numbers));
      case List<?> list -> list(section, component, setting, list);
      case Optional<?> unless ->
          section
              .any(setting.key())
              .flatMap(node ->
                  bound(section, setting.key(), node, typeOf(component).containedType(0), setting))
              .or(() -> unless);
      default ->
          section
              .any(setting.key())
              .flatMap(node -> bound(section, setting.key(), node, typeOf(component), setting))
              .orElse(standard);
    };
  }

  /** Whether a record is read key by key; the mapper reads one that has no settings. */
  private static boolean isSection(Record part) {
    return Arrays.stream(part.getClass().getRecordComponents())
        .anyMatch(component -> component.isAnnotationPresent(Setting.class));
  }

  private static long number(
      ClosedObject section, Setting setting, long standard, long most, Map<String, Long> numbers) {
    long max =
        Math.min(most, Math.min(setting.max(), numbers.getOrDefault(setting.atMost(), most)));
    long number = section.number(setting.key(), setting.min(), max).orElse(Math.min(standard, max));
    numbers.put(setting.key(), number);
    return number;
  }

  private List<?> list(
      ClosedObject section, RecordComponent component, Setting setting, List<?> standard) {
    Optional<JsonNode> given = section.any(setting.key());
    if (given.isEmpty()) {
      return standard;
    }
    if (!given.get().isArray() || given.get().size() > LIST_MAX) {
      section.refuse(setting.key(), "must be a list of at most " + LIST_MAX);
      return standard;
    }
    JavaType type = typeOf(component).getContentType();
    List<Object> list = new ArrayList<>();
    for (int i = 0; i < given.get().size(); i++) {
      String at = "%s[%d]".formatted(setting.key(), i);
      bound(section, at, given.get().get(i), type, setting).ifPresent(list::add);
    }
    return list;
  }

  /** A value that is not allowed is not repeated: it may be a secret. */
  private Optional<Object> bound(
      ClosedObject section, String at, JsonNode node, JavaType type, Setting setting) {
    try {
      Object value = mapper.treeToValue(node, type);
      if (value != null
          && (!(value instanceof String text) || Pattern.matches(setting.pattern(), text))) {
        return Optional.of(value);
      }
    } catch (JacksonException e) {
      // Its message names Java's types; the form says what is allowed.
    }
    section.refuse(at, "must " + setting.form());
    return Optional.empty();
  }

  private JavaType typeOf(RecordComponent component) {
    return mapper.getTypeFactory().constructType(component.getGenericType());
  }

  private static Object valueOf(RecordComponent component, Record of) {
    try {
      return component.getAccessor().invoke(of);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("A config record and its accessors are public", e);
    }
  }

  /** The record itself may refuse what each component alone is allowed. */
  @SuppressWarnings("unchecked")
  private static <T extends Record> T make(
      ClosedObject section, RecordComponent[] components, Object[] values, T defaults) {
    Class<?>[] types =
        Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    try {
      return (T) defaults.getClass().getDeclaredConstructor(types).newInstance(values);
    } catch (InvocationTargetException e) {
      section.refuse(String.valueOf(e.getTargetException().getMessage()));
      return defaults;
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("A config record is public", e);
    }
  }
}
