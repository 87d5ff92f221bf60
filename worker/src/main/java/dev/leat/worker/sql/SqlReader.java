package dev.leat.worker.sql;

import java.util.List;
import net.sf.jsqlparser.parser.CCJSqlParser;
import net.sf.jsqlparser.parser.ParseException;
import net.sf.jsqlparser.parser.TokenMgrException;
import net.sf.jsqlparser.statement.Statement;
import org.jspecify.annotations.Nullable;

/**
 * Reads a statement, as far as its first word that is not understood. What is refused depends on no
 * list of what is dangerous: all that is not known is. Not safe for several threads, but for {@link
 * #giveUp}.
 */
public final class SqlReader {
  private final String sql;
  private volatile boolean isGivenUp;

  private volatile @Nullable CCJSqlParser parser;

  public SqlReader(String sql) {
    this.sql = sql;
  }

  /** Takes some milliseconds at the most, and some 100 KB of stack. */
  public SqlReading read() {
    try {
      return new SqlReading.Understood(understood());
    } catch (SqlRefused e) {
      return new SqlReading.Refused(e.reason());
    } catch (ParseException | TokenMgrException e) {
      return new SqlReading.Refused("something that is not understood");
    } catch (StackOverflowError e) {
      return new SqlReading.Refused("nested too deep");
    } catch (RuntimeException e) {
      // The parser's own faults, such as a missing part of what it read.
      return new SqlReading.Refused("something that is not understood");
    }
  }

  /** Nobody waits for it any more. For any thread. */
  public void giveUp() {
    isGivenUp = true;
    CCJSqlParser running = parser;
    if (running != null) {
      running.interrupted = true;
    }
  }

  private SqlStatement understood() throws ParseException {
    SqlTokens tokens = SqlTokens.of(sql).single();
    String text = tokens.text();
    CCJSqlParser running = new CCJSqlParser(text).withAllowComplexParsing(true);
    parser = running;
    running.interrupted = isGivenUp;
    Statement parsed = running.Statement();
    if (parsed == null) {
      throw new SqlRefused("no statement");
    }
    StatementWalk walk = new StatementWalk();
    walk.statement(parsed);
    requireAll(tokens.words(), walk.words());
    return new SqlStatement(
        text,
        walk.changes(),
        walk.answersRows(),
        walk.reads(),
        walk.writes(),
        walk.withNames(),
        (int) tokens.words().stream().filter("?"::equals).count());
  }

  /** A word that the walk did not write belongs to what it did not look at. */
  private static void requireAll(List<String> read, List<String> understood) {
    for (int i = 0; i < Math.max(read.size(), understood.size()); i++) {
      if (i >= read.size() || i >= understood.size() || !read.get(i).equals(understood.get(i))) {
        throw new SqlRefused("something that is not understood near " + near(read, i));
      }
    }
  }

  private static String near(List<String> words, int at) {
    String word = at < words.size() ? words.get(at) : "the end";
    return word.length() > 40 ? word.substring(0, 40) : word;
  }
}
