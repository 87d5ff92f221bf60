package dev.leat.contract.permission;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A pattern of texts: {@code *} stands for any characters but '/', none among them, {@code **} for
 * any at all, every other character for itself. All states of the match go over the text at once,
 * so it takes as long as the text is, whatever the pattern: 4 words of 64 states a character.
 */
final class Glob {
  private static final char SEPARATOR = '/';
  private static final int WORD_BITS = 64;

  /** Of an array, and of the reference and the character that lead to it. */
  private static final int ROW_BYTES = 24;

  private final String text;

  /** Stars and characters; two stars are never neighbours. */
  private final int length;

  private final boolean endsWithDouble;
  private final boolean isLiteral;
  private final String prefix;
  private final int words;

  /** Where a state stays on any character but a separator, and on any at all. */
  private final long[] stars;

  private final long[] doubles;

  /** The different characters in order, and where each leads on; a literal has none. */
  private final char[] characters;

  private final long[][] onward;

  private Glob(String text, List<Token> tokens) {
    this.text = text;
    this.length = tokens.size();
    this.endsWithDouble = !tokens.isEmpty() && tokens.getLast().kind == Kind.DOUBLE;
    this.isLiteral = tokens.stream().allMatch(token -> token.kind == Kind.CHARACTER);
    this.prefix = prefix(tokens);
    this.words = tokens.size() / WORD_BITS + 1;
    this.stars = new long[words];
    this.doubles = new long[words];
    this.characters = isLiteral ? new char[0] : distinct(tokens);
    this.onward = new long[characters.length][words];
    for (int state = 0; state < tokens.size() && !isLiteral; state++) {
      long bit = 1L << (state % WORD_BITS);
      switch (tokens.get(state).kind) {
        case CHARACTER ->
            onward[Arrays.binarySearch(characters, tokens.get(state).character)][
                    state / WORD_BITS] |=
                bit;
        case STAR -> stars[state / WORD_BITS] |= bit;
        case DOUBLE -> doubles[state / WORD_BITS] |= bit;
      }
    }
  }

  static Glob of(String text) {
    return new Glob(text, tokens(text));
  }

  private static List<Token> tokens(String text) {
    List<Token> tokens = new ArrayList<>();
    for (int at = 0; at < text.length(); ) {
      int end = at;
      while (end < text.length() && text.charAt(end) == '*') {
        end++;
      }
      if (end == at) {
        tokens.add(new Token(Kind.CHARACTER, text.charAt(at)));
        at++;
      } else {
        tokens.add(new Token(end - at == 1 ? Kind.STAR : Kind.DOUBLE, '*'));
        at = end;
      }
    }
    return tokens;
  }

  private static String prefix(List<Token> tokens) {
    StringBuilder prefix = new StringBuilder();
    for (Token token : tokens) {
      if (token.kind != Kind.CHARACTER) {
        break;
      }
      prefix.append(token.character);
    }
    return prefix.toString();
  }

  private static char[] distinct(List<Token> tokens) {
    StringBuilder found = new StringBuilder();
    tokens.stream()
        .filter(token -> token.kind == Kind.CHARACTER)
        .map(Token::character)
        .distinct()
        .sorted()
        .forEach(found::append);
    return found.toString().toCharArray();
  }

  /** Whether it stands for one text alone, which is its own. */
  boolean isLiteral() {
    return isLiteral;
  }

  boolean isEverything() {
    return length == 1 && endsWithDouble;
  }

  /** About how many bytes of memory it takes: most of it rows of states, one for each character. */
  int bytes() {
    return 200 + 4 * text.length() + characters.length * (ROW_BYTES + Long.BYTES * words);
  }

  boolean matches(String subject) {
    if (!subject.startsWith(prefix)) {
      return false;
    }
    if (isLiteral) {
      return subject.length() == prefix.length();
    }
    if (length == prefix.length() + 1) { // the usual one: a beginning, and a star
      return endsWithDouble || subject.indexOf(SEPARATOR, prefix.length()) < 0;
    }
    long[] states = begin();
    for (int at = 0; at < subject.length(); at++) {
      char character = subject.charAt(at);
      int known = Arrays.binarySearch(characters, character);
      if (!step(states, known < 0 ? null : onward[known], character != SEPARATOR)) {
        return false;
      }
    }
    return isEnd(states);
  }

  /**
   * Whether every text that the other matches is matched by this too. May say no where that is so,
   * never yes where it is not: a star of the other is taken over by stars of this alone.
   */
  boolean covers(Glob other) {
    if (isLiteral) {
      return text.equals(other.text);
    }
    long[] states = begin();
    for (Token token : tokens(other.text)) {
      int known =
          token.kind == Kind.CHARACTER ? Arrays.binarySearch(characters, token.character) : -1;
      boolean isWithinASegment =
          token.kind == Kind.STAR || (token.kind == Kind.CHARACTER && token.character != SEPARATOR);
      if (!step(states, known < 0 ? null : onward[known], isWithinASegment)) {
        return false;
      }
    }
    return isEnd(states);
  }

  private long[] begin() {
    long[] states = new long[words];
    states[0] = 1;
    passStars(states);
    return states;
  }

  /** Takes all states over one character; false when none is left. */
  private boolean step(long[] states, long @Nullable [] leads, boolean isWithinASegment) {
    long any = 0;
    for (int word = words - 1; word >= 0; word--) { // a word needs the one below as it was
      long stays = states[word] & (isWithinASegment ? doubles[word] | stars[word] : doubles[word]);
      long moves = 0;
      if (leads != null) {
        moves = (states[word] & leads[word]) << 1;
        if (word > 0) {
          moves |= (states[word - 1] & leads[word - 1]) >>> (WORD_BITS - 1);
        }
      }
      states[word] = stays | moves;
      any |= states[word];
    }
    passStars(states);
    return any != 0;
  }

  /** A star may stand for nothing: who is before one is behind it, too. */
  private void passStars(long[] states) {
    for (int word = words - 1; word >= 0; word--) {
      long passing = (states[word] & (stars[word] | doubles[word])) << 1;
      if (word > 0) {
        passing |= (states[word - 1] & (stars[word - 1] | doubles[word - 1])) >>> (WORD_BITS - 1);
      }
      states[word] |= passing;
    }
  }

  private boolean isEnd(long[] states) {
    return (states[length / WORD_BITS] >>> (length % WORD_BITS) & 1) == 1;
  }

  @Override
  public String toString() {
    return text;
  }

  private enum Kind {
    CHARACTER,
    STAR,
    DOUBLE
  }

  private record Token(Kind kind, char character) {}
}
