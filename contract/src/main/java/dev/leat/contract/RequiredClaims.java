package dev.leat.contract;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a token must claim of its holder, each value of each name.
 *
 * @param values by the claim's name, or its path with dots, such as {@code realm_access.roles}:
 *     each a {@code String}, {@code Boolean} or {@code Long}
 */
public record RequiredClaims(SortedMap<String, List<Object>> values) {
  /** Whatever it claims. */
  public static final RequiredClaims NONE = new RequiredClaims(Map.of());

  /** With {@link #VALUES_MAX} what a call can cost: 100 look-ups, some microseconds. */
  public static final int NAMES_MAX = 10;

  /** Of one name. */
  public static final int VALUES_MAX = 10;

  /** Of a name, and of a text. */
  public static final int CHARS_MAX = 200;

  public RequiredClaims {
    SortedMap<String, List<Object>> copy = new TreeMap<>();
    values.forEach((name, all) -> copy.put(name, List.copyOf(all)));
    copy.forEach((name, all) -> {
      if (all.isEmpty() || !all.stream().allMatch(RequiredClaims::isValue)) {
        throw new IllegalArgumentException(
            "A required claim must be texts, booleans or whole numbers, at least one; was " + all);
      }
    });
    values = Collections.unmodifiableSortedMap(copy);
  }

  public RequiredClaims(Map<String, List<Object>> values) {
    this(new TreeMap<>(values));
  }

  private static boolean isValue(Object value) {
    return value instanceof String || value instanceof Boolean || value instanceof Long;
  }

  public boolean isNone() {
    return values.isEmpty();
  }
}
