package dev.leat.registry.function;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * By what a caller is known again, so that the same version answers it as long as that has the
 * caller's slot.
 *
 * @param name of the header field or cookie, whose value it is
 */
public record Sticky(Kind kind, String name) {
  public static final int NAME_CHARS_MAX = 100;

  /** A token of RFC 9110, 5.6.2, which the names of fields and cookies are. */
  private static final Pattern TOKEN =
      Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]{1," + NAME_CHARS_MAX + "}");

  public Sticky {
    if (!TOKEN.matcher(name).matches()) {
      throw new IllegalArgumentException("Not a field's or cookie's name: '" + name + "'");
    }
  }

  public static boolean isName(String name) {
    return TOKEN.matcher(name).matches();
  }

  /** Where the value is. */
  public enum Kind {
    HEADER,
    COOKIE;

    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<Kind> ofWord(String word) {
      for (Kind kind : values()) {
        if (kind.word().equals(word)) {
          return Optional.of(kind);
        }
      }
      return Optional.empty();
    }
  }
}
