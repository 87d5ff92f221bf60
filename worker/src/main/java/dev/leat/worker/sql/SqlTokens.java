package dev.leat.worker.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The words of a statement, read so strictly that every database reads them alike: letters of ASCII
 * outside of quotes, strings without backslashes and prefixes, no nested comments, no dollar
 * quotes, no variables. Whatever else there is, is refused.
 *
 * @param words keywords and names in capitals; what stands in quotes, with them, as it is
 */
record SqlTokens(List<String> words) {
  /** A statement's length. */
  static final int CHARS_MAX = 16_384;

  /** Of a statement; a chain of so many operators takes 1 MB of stack to walk. */
  static final int WORDS_MAX = 4_000;

  /** Of parentheses and {@code CASE}: the parser takes exponentially longer than so in places. */
  static final int DEPTH_MAX = 16;

  private static final Set<String> PAIRS = Set.of("<=", ">=", "<>", "!=", "||", "::");
  private static final String SINGLES = "(),.;?=<>+-*/%";

  /**
   * @throws SqlRefused if it is none that every database reads alike
   */
  static SqlTokens of(String sql) {
    if (sql.length() > CHARS_MAX) {
      throw new SqlRefused("longer than " + CHARS_MAX + " characters");
    }
    Lexer lexer = new Lexer(sql);
    lexer.run();
    return new SqlTokens(List.copyOf(lexer.words));
  }

  /** The statement without comments, a space between all words but around dots. */
  String text() {
    StringBuilder text = new StringBuilder();
    String before = ".";
    for (String word : words) {
      if (!word.equals(".") && !before.equals(".")) {
        text.append(' ');
      }
      text.append(word);
      before = word;
    }
    return text.toString();
  }

  /** Without the semicolon that may end it; there is no other. */
  SqlTokens single() {
    int last = words.size() - 1;
    List<String> all = last >= 0 && words.get(last).equals(";") ? words.subList(0, last) : words;
    if (all.isEmpty()) {
      throw new SqlRefused("no statement");
    }
    if (all.contains(";")) {
      throw new SqlRefused("more than one statement");
    }
    return new SqlTokens(all);
  }

  private static final class Lexer {
    private final String sql;
    private final List<String> words = new ArrayList<>();
    private int at;
    private int depth;

    Lexer(String sql) {
      this.sql = sql;
    }

    void run() {
      while (at < sql.length()) {
        char c = sql.charAt(at);
        if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
          at++;
        } else if (sql.startsWith("--", at)) {
          skipLine();
        } else if (sql.startsWith("/*", at)) {
          skipComment();
        } else if (sql.startsWith("//", at)) {
          throw new SqlRefused("the sign //"); // a comment to H2 alone
        } else if (c == '\'' || c == '"') {
          quoted(c);
        } else if (isDigit(c)) {
          number();
        } else if (isLetter(c)) {
          name();
        } else {
          symbol(c);
        }
        if (words.size() > WORDS_MAX) {
          throw new SqlRefused("more than " + WORDS_MAX + " words");
        }
      }
    }

    private void skipLine() {
      while (at < sql.length() && sql.charAt(at) != '\n' && sql.charAt(at) != '\r') {
        at++;
      }
    }

    private void skipComment() {
      int end = sql.indexOf("*/", at + 2);
      // PostgreSQL nests comments, others do not.
      if (end < 0 || sql.substring(at + 2, end).contains("/*")) {
        throw new SqlRefused("a comment without a clear end");
      }
      at = end + 2;
    }

    private void quoted(char quote) {
      int begin = at;
      for (at++; ; at++) {
        if (at >= sql.length()) {
          throw new SqlRefused("a quote without an end");
        }
        char c = sql.charAt(at);
        if (c == '\\' || c == 0) {
          throw new SqlRefused("a backslash in quotes; pass the text as a parameter");
        }
        if (c == quote) {
          if (at + 1 < sql.length() && sql.charAt(at + 1) == quote) {
            at++;
          } else {
            break;
          }
        }
      }
      at++;
      String word = sql.substring(begin, at);
      if (quote == '"' && word.chars().anyMatch(c -> c < ' ' || c == 0x7F)) {
        throw new SqlRefused("a name with control characters");
      }
      words.add(word);
      requireEnd();
    }

    /** {@code 12}, {@code 1.5}, {@code 1e-9}. */
    private void number() {
      int begin = at;
      digits();
      if (at + 1 < sql.length() && sql.charAt(at) == '.' && isDigit(sql.charAt(at + 1))) {
        at++;
        digits();
      }
      if (at < sql.length() && (sql.charAt(at) == 'e' || sql.charAt(at) == 'E')) {
        at++;
        if (at < sql.length() && (sql.charAt(at) == '+' || sql.charAt(at) == '-')) {
          at++;
        }
        digits();
      }
      words.add(sql.substring(begin, at).toUpperCase(Locale.ROOT));
      requireEnd();
    }

    private void digits() {
      while (at < sql.length() && isDigit(sql.charAt(at))) {
        at++;
      }
    }

    private void name() {
      int begin = at;
      while (at < sql.length() && (isLetter(sql.charAt(at)) || isDigit(sql.charAt(at)))) {
        at++;
      }
      String word = sql.substring(begin, at).toUpperCase(Locale.ROOT);
      nest(word.equals("CASE") ? 1 : word.equals("END") ? -1 : 0);
      words.add(word);
      requireEnd();
    }

    private void symbol(char c) {
      if (at + 1 < sql.length() && PAIRS.contains(sql.substring(at, at + 2))) {
        words.add(sql.substring(at, at + 2));
        at += 2;
        return;
      }
      if (SINGLES.indexOf(c) < 0) {
        throw new SqlRefused(
            "the sign " + (c > ' ' && c < 0x7F ? c : "U+" + Integer.toHexString(c)));
      }
      nest(c == '(' ? 1 : c == ')' ? -1 : 0);
      words.add(String.valueOf(c));
      at++;
      if (c == '?') {
        requireEnd(); // ?1 has a place of its own to H2
      }
    }

    private void nest(int deeper) {
      depth = Math.max(0, depth + deeper); // an END too many gives no room for more
      if (depth > DEPTH_MAX) {
        throw new SqlRefused("nested more than " + DEPTH_MAX + " deep");
      }
    }

    /** A prefix such as {@code E'} or {@code 0x} has a meaning of its own to some. */
    private void requireEnd() {
      if (at < sql.length()
          && (isLetter(sql.charAt(at))
              || isDigit(sql.charAt(at))
              || "'\"$".indexOf(sql.charAt(at)) >= 0)) {
        throw new SqlRefused("words without a space between");
      }
    }

    private static boolean isDigit(char c) {
      return c >= '0' && c <= '9';
    }

    private static boolean isLetter(char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    }
  }
}
