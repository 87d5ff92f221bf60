package dev.leat.cli;

import dev.leat.contract.Answer;
import dev.leat.contract.Excerpt;
import dev.leat.contract.Finding;
import dev.leat.contract.Problem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.stream.Stream;

/**
 * Ends a command: the lines for the user and the exit code. Thrown rather than returned, because
 * nothing but {@link Leat} acts on it.
 */
final class Failure extends RuntimeException {
  static final int REFUSED = 1;
  static final int USAGE = 2;

  private static final int WHY_CHARS_MAX = 300;

  private final List<String> lines;
  private final int exitCode;

  private Failure(List<String> lines, int exitCode) {
    super(String.join("\n", lines));
    this.lines = List.copyOf(lines);
    this.exitCode = exitCode;
  }

  /** It was asked for rightly and did not happen: what, the value, the allowed, the remedy. */
  static Failure refused(String line) {
    return new Failure(List.of(line), REFUSED);
  }

  /** As {@link #refused(String)}, with a line for each single mistake after the first line. */
  static Failure refused(String line, List<Finding> findings) {
    return new Failure(
        Stream.concat(Stream.of(line), findings.stream().map(finding -> "  " + finding)).toList(),
        REFUSED);
  }

  /** The value of an answer; if it was refused, that is the failure. */
  static <T> T unlessRefused(Answer<T> answer) {
    return switch (answer) {
      case Answer.Done<T>(T value) -> value;
      case Answer.Refused<T>(Problem problem) ->
          throw refused(problem.detail(), problem.findings());
    };
  }

  /** The same with a line for each of these too, such as what else is wrong. */
  Failure and(List<Finding> findings) {
    Failure both =
        new Failure(
            Stream.concat(lines.stream(), findings.stream().map(finding -> "  " + finding))
                .toList(),
            exitCode);
    both.initCause(this);
    return both;
  }

  /** The same below what a tool said of it. */
  Failure below(String output) {
    Failure both = new Failure(Stream.concat(output.lines(), lines.stream()).toList(), exitCode);
    both.initCause(this);
    return both;
  }

  /** It was not asked for rightly. */
  static Failure usage(String line) {
    return new Failure(List.of(line), USAGE);
  }

  /** A defect of the command, or a failure of the machine that nobody thought of. */
  static Failure unexpected(Exception e) {
    Throwable cause = e instanceof UncheckedIOException ? e.getCause() : e;
    String why =
        cause instanceof IOException && cause.getMessage() != null
            ? ": " + Excerpt.of(cause.getMessage().lines().findFirst().orElse(""), WHY_CHARS_MAX)
            : "";
    Failure failure =
        refused(
            "The command failed unexpectedly%s. Part of it may have been done. Run it again with LEAT_DEBUG=1 to see where it failed, and report that."
                .formatted(why));
    failure.initCause(e);
    return failure;
  }

  List<String> lines() {
    return lines;
  }

  int exitCode() {
    return exitCode;
  }
}
