package dev.leat.worker.capability.metrics;

import dev.leat.worker.capability.FlatJson;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;

/** The tags of a guest's metric, by name; the same ones are equal however they were written. */
record MetricTags(SequencedMap<String, String> byName) {
  static final MetricTags NONE = new MetricTags(new TreeMap<>());
  static final int COUNT_MAX = 8;
  static final int NAME_MAX = 32;
  static final int VALUE_MAX = 64;

  /** More than all tags need, escapes included; more is not read. */
  static final int BYTES_MAX = 8 << 10;

  /** The tags of a JSON object; none of an empty text; nothing if they are not to be taken. */
  static Optional<MetricTags> read(String json) {
    if (json.isEmpty()) {
      return Optional.of(NONE);
    }
    return FlatJson.read(json, COUNT_MAX)
        .filter(tags -> tags.entrySet().stream().allMatch(MetricTags::isTag))
        .map(tags -> new MetricTags(new TreeMap<>(tags)));
  }

  private static boolean isTag(Map.Entry<String, String> tag) {
    String name = tag.getKey();
    return !name.isEmpty()
        && name.length() <= NAME_MAX
        && name.chars().allMatch(MetricTags::isOfAName)
        && !Character.isDigit(name.charAt(0))
        && tag.getValue().length() <= VALUE_MAX
        && tag.getValue().chars().noneMatch(Character::isISOControl);
  }

  private static boolean isOfAName(int c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  }
}
