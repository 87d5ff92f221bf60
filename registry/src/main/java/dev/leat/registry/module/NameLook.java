package dev.leat.registry.module;

/**
 * Which names people take for each other: such as differ only by hyphens, by 0 for o, or by 1 for l
 * or i. Other characters that look alike, no name has.
 */
public final class NameLook {
  private NameLook() {}

  /** The same for all names that look alike, and for few others. */
  public static String of(String name) {
    return name.replace("-", "").replace('0', 'o').replace('1', 'l').replace('i', 'l');
  }

  /** Whether two different names look alike: mail and mall do not. */
  public static boolean areAlike(String one, String other) {
    String a = one.replace("-", "");
    String b = other.replace("-", "");
    if (one.equals(other) || a.length() != b.length()) {
      return false;
    }
    for (int i = 0; i < a.length(); i++) {
      if (!areAlike(a.charAt(i), b.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean areAlike(char a, char b) {
    char low = (char) Math.min(a, b);
    char high = (char) Math.max(a, b);
    return a == b || (low == '0' && high == 'o') || (low == '1' && (high == 'l' || high == 'i'));
  }
}
