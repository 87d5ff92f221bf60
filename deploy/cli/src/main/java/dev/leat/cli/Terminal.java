package dev.leat.cli;

import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * Standard input, output and error: the one class that touches them.
 *
 * @param isInteractive whether a person watches, who is shown progress
 */
record Terminal(InputStream in, PrintStream out, PrintStream err, boolean isInteractive) {
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

  /** What others wrote must not move the cursor or change the colours. */
  private static String printable(String text) {
    StringBuilder result = new StringBuilder(text.length());
    text.codePoints()
        .map(c -> Character.isISOControl(c) ? '?' : c)
        .forEach(result::appendCodePoint);
    return result.toString();
  }
}
