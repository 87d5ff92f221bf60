package dev.leat.cli;

import dev.leat.contract.EditDistance;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** What is said of words that make no command. */
final class Misuse {
  private Misuse() {}

  /** What was wrong and what is allowed, in sentences. */
  static String of(ParameterException e) {
    CommandSpec command = e.getCommandLine().getCommandSpec();
    boolean hasCommands = !command.subcommands().isEmpty();
    if (e instanceof UnmatchedArgumentException unmatched) {
      String word = unmatched.getUnmatched().getFirst();
      if (word.startsWith("-")) {
        return e.getMessage() + "." + suggestion(word, options(command)).orElse("");
      }
      if (hasCommands) {
        return "There is no command '%s'.%s"
            .formatted(
                command.qualifiedName() + " " + word,
                suggestion(word, commands(command)).orElseGet(() -> allowed(command)));
      }
    }
    return e.getMessage() + "." + (hasCommands ? allowed(command) : "");
  }

  private static Optional<String> suggestion(String word, List<String> known) {
    return EditDistance.nearest(word, known).map(near -> " Did you mean " + near + "?");
  }

  private static String allowed(CommandSpec command) {
    return " The commands are " + String.join(", ", commands(command)) + ".";
  }

  /** By their first names, in the order of the help. */
  private static List<String> commands(CommandSpec command) {
    return command.subcommands().values().stream()
        .map(CommandLine::getCommandName)
        .distinct()
        .toList();
  }

  private static List<String> options(CommandSpec command) {
    return command.options().stream()
        .map(OptionSpec::names)
        .flatMap(Stream::of)
        .filter(name -> name.startsWith("--"))
        .toList();
  }
}
