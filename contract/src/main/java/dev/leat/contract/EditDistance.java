package dev.leat.contract;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** How far apart two words are, for messages that guess which known word was meant. */
public final class EditDistance {
  /** A longer word is nobody's slip of the finger, and costs time. */
  private static final int WORD_CHARS_MAX = 40;

  private EditDistance() {}

  /**
   * The known word that takes the fewest edits, at most a third of its letters; nothing when no
   * known word is that near. Letters' case aside.
   */
  public static Optional<String> nearest(String word, Collection<String> known) {
    if (word.length() > WORD_CHARS_MAX) {
      return Optional.empty();
    }
    String meant = word.toLowerCase(Locale.ROOT);
    return known.stream()
        .filter(candidate -> edits(meant, candidate) <= Math.max(1, candidate.length() / 3))
        .min(Comparator.comparingInt(candidate -> edits(meant, candidate)));
  }

  private static int edits(String word, String candidate) {
    return between(word, candidate.toLowerCase(Locale.ROOT));
  }

  /**
   * Characters to insert, remove or change, and neighbours to swap (the restricted
   * Damerau-Levenshtein distance), three rows at a time.
   */
  static int between(String from, String to) {
    int[] beforeLast = new int[to.length() + 1];
    int[] last = new int[to.length() + 1];
    int[] row = new int[to.length() + 1];
    for (int j = 0; j <= to.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= from.length(); i++) {
      int[] free = beforeLast;
      beforeLast = last;
      last = row;
      row = free;
      row[0] = i;
      for (int j = 1; j <= to.length(); j++) {
        boolean isSame = from.charAt(i - 1) == to.charAt(j - 1);
        row[j] = Math.min(last[j - 1] + (isSame ? 0 : 1), Math.min(last[j], row[j - 1]) + 1);
        if (i > 1
            && j > 1
            && from.charAt(i - 1) == to.charAt(j - 2)
            && from.charAt(i - 2) == to.charAt(j - 1)) {
          row[j] = Math.min(row[j], beforeLast[j - 2] + 1);
        }
      }
    }
    return row[to.length()];
  }
}
