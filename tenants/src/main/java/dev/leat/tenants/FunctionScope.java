package dev.leat.tenants;

import dev.leat.contract.FunctionName;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The functions of its tenant that a token is good for: all, or those that a name or a glob names,
 * in which {@code *} stands for any characters. Asked for each request, so asking allocates nothing
 * and looks at each pattern once.
 */
public final class FunctionScope {
  public static final FunctionScope ALL = new FunctionScope(List.of());

  /** Of 63 characters each: 1.3 KB of a token. */
  public static final int PATTERNS_MAX = 20;

  public static final int PATTERN_CHARS_MAX = 63;

  /** Each multiplies what a name can cost that nearly fits. */
  public static final int STARS_MAX = 3;

  private static final Pattern WELL_FORMED = Pattern.compile("[a-z*][a-z0-9*-]*");

  private final List<String> patterns;

  /** The same, for a loop that makes no iterator. */
  private final String[] each;

  private FunctionScope(List<String> patterns) {
    this.patterns = List.copyOf(patterns);
    this.each = patterns.toArray(String[]::new);
  }

  /**
   * The scope of these patterns; of none, {@link #ALL}.
   *
   * @throws IllegalArgumentException with the {@link #complaint}, if there is one
   */
  public static FunctionScope of(List<String> patterns) {
    complaint(patterns)
        .ifPresent(message -> {
          throw new IllegalArgumentException(message);
        });
    return patterns.isEmpty() ? ALL : new FunctionScope(patterns);
  }

  /** What is wrong with the patterns, if anything. */
  static Optional<String> complaint(List<String> patterns) {
    if (patterns.size() > PATTERNS_MAX) {
      return Optional.of(
          "A token may name up to " + PATTERNS_MAX + " functions or globs, not " + patterns.size());
    }
    for (String pattern : patterns) {
      if (pattern.length() > PATTERN_CHARS_MAX
          || !WELL_FORMED.matcher(pattern).matches()
          || pattern.chars().filter(c -> c == '*').count() > STARS_MAX) {
        return Optional.of(
            "A function's name or glob must be 1-%d of a-z, 0-9, '-' and up to %d times '*'"
                .formatted(PATTERN_CHARS_MAX, STARS_MAX));
      }
    }
    return Optional.empty();
  }

  public boolean isAll() {
    return each.length == 0;
  }

  /** As they were given; none for all functions. */
  public List<String> patterns() {
    return patterns;
  }

  /** Whether the token is good for this function. */
  public boolean allows(FunctionName function) {
    return allows(function.value());
  }

  /** Whether the token is good for a function of this name, be it one or not. */
  public boolean allows(String name) {
    for (String pattern : each) {
      if (fits(pattern, name)) {
        return true;
      }
    }
    return isAll();
  }

  /** Goes back to the last star alone: what an earlier one took can stay as it is. */
  private static boolean fits(String pattern, String name) {
    int p = 0;
    int n = 0;
    int star = -1;
    int taken = 0;
    while (n < name.length()) {
      if (p < pattern.length() && pattern.charAt(p) == '*') {
        star = p++;
        taken = n;
      } else if (p < pattern.length() && pattern.charAt(p) == name.charAt(n)) {
        p++;
        n++;
      } else if (star >= 0) {
        p = star + 1;
        n = ++taken;
      } else {
        return false;
      }
    }
    while (p < pattern.length() && pattern.charAt(p) == '*') {
      p++;
    }
    return p == pattern.length();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FunctionScope scope && scope.patterns.equals(patterns);
  }

  @Override
  public int hashCode() {
    return patterns.hashCode();
  }

  /** Such as {@code mask, report-*}. */
  @Override
  public String toString() {
    return isAll() ? "all" : String.join(", ", patterns);
  }
}
