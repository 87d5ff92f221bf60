package dev.leat.cli;

import java.io.ByteArrayOutputStream;
import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Standard input, output and error: the one class that touches them.
 *
 * @param isInteractive whether a person watches, who is shown progress
 */
record Terminal(InputStream in, PrintStream out, PrintStream err, boolean isInteractive) {
  /** The longest answer to a question that is looked at. */
  private static final int LINE_BYTES_MAX = 1_000;

  /** The streams of this process. */
  static Terminal ofProcess() {
    Console console = System.console();
    return new Terminal(
        System.in,
        new PrintStream(System.out, true, StandardCharsets.UTF_8),
        new PrintStream(System.err, true, StandardCharsets.UTF_8),
        console != null && console.isTerminal());
  }

  /** A line of the result. */
  void line(String text) {
    out.print(printable(text) + "\n");
  }

  /** A result that is passed on as it is. */
  void bytes(byte[] bytes) {
    out.write(bytes, 0, bytes.length);
  }

  /** A line about what went wrong. */
  void error(String text) {
    err.print(printable(text) + "\n");
  }

  /** A line about what goes on, for a person who waits. */
  void progress(String text) {
    if (isInteractive) {
      error(text);
    }
  }

  /** How far something is: over itself, until it is whole. */
  void progress(long done, long total) {
    if (isInteractive) {
      err.print(
          "\r  %,d of %,d bytes (%d %%)%s"
              .formatted(done, total, 100 * done / total, done == total ? "\n" : ""));
      err.flush();
    }
  }

  /**
   * Whether a person who watches says yes; where nobody watches, there is nobody to ask, and it is
   * yes.
   */
  boolean isConfirmed(String question) {
    if (!isInteractive) {
      return true;
    }
    err.print(printable(question) + " [y/N] ");
    String answer = readLine().strip().toLowerCase(Locale.ROOT);
    return answer.equals("y") || answer.equals("yes");
  }

  /** Up to the line's end, or what there is of it; byte by byte, so that the rest stays. */
  private String readLine() {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    try {
      for (int next = in.read(); next >= 0 && next != '\n' && line.size() < LINE_BYTES_MAX; ) {
        line.write(next);
        next = in.read();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read standard input", e);
    }
    return line.toString(StandardCharsets.UTF_8);
  }

  byte[] readAll(int bytesMax) {
    try {
      byte[] bytes = in.readNBytes(bytesMax + 1);
      if (bytes.length > bytesMax) {
        throw Failure.refused("Standard input is longer than " + bytesMax + " bytes");
      }
      return bytes;
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read standard input", e);
    }
  }

  /** What others wrote must not move the cursor, but by a tab, or change the colours. */
  private static String printable(String text) {
    StringBuilder result = new StringBuilder(text.length());
    text.codePoints()
        .map(c -> Character.isISOControl(c) && c != '\t' ? '?' : c)
        .forEach(result::appendCodePoint);
    return result.toString();
  }
}
