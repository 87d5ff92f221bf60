package dev.leat.contract;

/** The one rule for names that tenants choose: {@code [a-z][a-z0-9-]{0,62}}. */
public final class Names {
  private static final int CHARS_MAX = 63;

  private Names() {}

  /** Whether it may be a name. */
  public static boolean isName(String value) {
    if (value.isEmpty() || value.length() > CHARS_MAX || !isLetter(value.charAt(0))) {
      return false;
    }
    for (int i = 1; i < value.length(); i++) { // for each call from another node: no regex
      char c = value.charAt(i);
      if (!isLetter(c) && !(c >= '0' && c <= '9') && c != '-') {
        return false;
      }
    }
    return true;
  }

  private static boolean isLetter(char c) {
    return c >= 'a' && c <= 'z';
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
