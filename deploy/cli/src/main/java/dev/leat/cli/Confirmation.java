package dev.leat.cli;

import picocli.CommandLine.Option;

/** The option of verbs that take away what cannot be brought back. */
final class Confirmation {
  @Option(
      names = {"-y", "--yes"},
      description = "Do not ask; nobody is asked where no terminal is.")
  private boolean isGiven;

  /** Ends the command unless the user means it. */
  void require(Terminal terminal, String question) {
    if (!isGiven && !terminal.isConfirmed(question)) {
      throw Failure.refused("Nothing was deleted. Answer 'y', or add --yes.");
    }
  }
}
