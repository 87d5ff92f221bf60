package dev.leat.contract;

import java.util.regex.Pattern;

/** The one rule for names that tenants choose: {@code [a-z][a-z0-9-]{0,62}}. */
public final class Names {
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,62}");

  private Names() {}

  /** Whether it may be a name. */
  public static boolean isName(String value) {
    return NAME.matcher(value).matches();
  }

  static String require(String what, String value) {
    if (!isName(value)) {
      throw new IllegalArgumentException(
          what
              + " must be 1-63 characters of a-z, 0-9 and '-', starting with a letter; was '"
              + Excerpt.of(value)
              + "'");
    }
    return value;
  }
}
