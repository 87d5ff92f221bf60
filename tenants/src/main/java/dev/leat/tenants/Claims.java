package dev.leat.tenants;

import com.nimbusds.jwt.JWTClaimsSet;
import dev.leat.contract.RequiredClaims;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a token claims, as far as something can be asked of it: texts, booleans and whole numbers,
 * lists of them, and objects of these. All else (fractions, nulls, lists of lists, what is too long
 * or too much) is left out, so it equals nothing that may be required. Immutable; asking takes a
 * look-up for each value.
 */
public final class Claims {
  public static final Claims NONE = new Claims(Map.of(), 0);

  /** A list of 1,000 groups is kept; it bounds what a hostile token can hold to 200 KB. */
  static final int VALUES_MAX = 2_000;

  /** Objects in objects. */
  static final int DEPTH_MAX = 5;

  /** What a value holds at most besides its characters: a text, and its entry in a set. */
  private static final int VALUE_BYTES = 100;

  private final Map<String, Object> claims;
  private final int bytes;

  private Claims(Map<String, Object> claims, int bytes) {
    this.claims = claims;
    this.bytes = bytes;
  }

  static Claims of(JWTClaimsSet token) {
    Reading reading = new Reading();
    Map<String, Object> kept = reading.object(token.getClaims(), DEPTH_MAX);
    if (token.getClaim("scope") instanceof String scope) {
      // RFC 8693, 4.2: a list of words, written as one text.
      kept.put("scope", reading.list(List.of(scope.split(" ", -1))));
    }
    return new Claims(kept, reading.bytes());
  }

  /** What they hold of memory, not counting the token's own characters. */
  int bytes() {
    return bytes;
  }

  /** Whether each value that is required is claimed. */
  public boolean have(RequiredClaims required) {
    for (Map.Entry<String, List<Object>> claim : required.values().entrySet()) {
      Object claimed = find(claims, claim.getKey());
      List<Object> values = claim.getValue();
      for (int i = 0; i < values.size(); i++) {
        if (!is(claimed, values.get(i))) {
          return false;
        }
      }
    }
    return true;
  }

  /**
   * Whether the claim is this value, or a list that has it.
   *
   * @param path its name; else a path with dots, from object to object
   */
  boolean have(String path, Object value) {
    return is(find(claims, path), value);
  }

  private static boolean is(@Nullable Object claimed, Object value) {
    return claimed instanceof Set<?> values ? values.contains(value) : value.equals(claimed);
  }

  private static @Nullable Object find(Map<?, ?> claims, String path) {
    Object byName = claims.get(path);
    if (byName != null) {
      return byName;
    }
    int dot = path.indexOf('.');
    return dot > 0 && claims.get(path.substring(0, dot)) instanceof Map<?, ?> inner
        ? find(inner, path.substring(dot + 1))
        : null;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Claims that && that.claims.equals(claims);
  }

  @Override
  public int hashCode() {
    return claims.hashCode();
  }

  /** Without what is claimed, which may be a person's. */
  @Override
  public String toString() {
    return claims.size() + " claims";
  }

  /** Keeps what may be asked for, as far as there is room. */
  private static final class Reading {
    private int values;

    int bytes() {
      return values * VALUE_BYTES;
    }

    Map<String, Object> object(Map<?, ?> claims, int depth) {
      Map<String, Object> kept = new HashMap<>();
      claims.forEach((name, value) -> {
        Object known = value(value, depth);
        if (known != null) {
          kept.put(String.valueOf(name), known);
        }
      });
      return kept;
    }

    private @Nullable Object value(@Nullable Object value, int depth) {
      if (values >= VALUES_MAX) {
        return null;
      }
      return switch (value) {
        case List<?> list -> list(list);
        case Map<?, ?> inner when depth > 0 -> {
          values++;
          yield object(inner, depth - 1);
        }
        case null, default -> scalar(value);
      };
    }

    Set<Object> list(List<?> list) {
      values++;
      Set<Object> kept = new HashSet<>();
      for (Object each : list) {
        Object known = values < VALUES_MAX ? scalar(each) : null;
        if (known != null) {
          kept.add(known);
        }
      }
      return kept;
    }

    private @Nullable Object scalar(@Nullable Object value) {
      values++;
      return switch (value) {
        case String text when text.length() <= RequiredClaims.CHARS_MAX -> text;
        case Boolean flag -> flag;
        case Long number -> number;
        case Integer number -> number.longValue();
        case null, default -> null;
      };
    }
  }
}
