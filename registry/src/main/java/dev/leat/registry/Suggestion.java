package dev.leat.registry;

import dev.leat.contract.EditDistance;
import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Guesses which known word was meant. */
final class Suggestion {
  private static final int WORD_CHARS_MAX = 40;

  private Suggestion() {}

  /** The known word that takes the fewest edits, at most a third of its letters. */
  static Optional<String> nearest(String word, Collection<String> known) {
    if (word.length() > WORD_CHARS_MAX) {
      return Optional.empty();
    }
    return known.stream()
        .filter(candidate -> edits(word, candidate) <= Math.max(1, candidate.length() / 3))
        .min(Comparator.comparingInt(candidate -> edits(word, candidate)));
  }

  /** Letters' case aside. */
  private static int edits(String first, String second) {
    return EditDistance.between(first.toLowerCase(Locale.ROOT), second.toLowerCase(Locale.ROOT));
  }
}
