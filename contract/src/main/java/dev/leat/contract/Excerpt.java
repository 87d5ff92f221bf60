package dev.leat.contract;

/** The start of a text that somebody else wrote, as a message may repeat it. */
public final class Excerpt {
  /** Most names and words are shorter. */
  public static final int CHARS_MAX = 80;

  private Excerpt() {}

  /** At most {@value #CHARS_MAX} characters, then three dots. */
  public static String of(String text) {
    return of(text, CHARS_MAX);
  }

  /** At most so many characters, then three dots; no character is cut in two. */
  public static String of(String text, int charsMax) {
    if (text.length() <= charsMax) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(charsMax - 1)) ? charsMax - 1 : charsMax;
    return text.substring(0, end) + "...";
  }
}
