package dev.leat.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code leat up}: only its options, so that other verbs load nothing of a node. */
@Command(name = "up", description = "Run one node with every role until it is told to stop.")
final class Up implements Runnable {
  @Mixin private final NodeOptions options = new NodeOptions();

  @Option(
      names = "--demo",
      description = "Fill tenant demo with sample functions and print a call of one.")
  boolean isDemo;

  private final Session session;

  Up(Session session) {
    this.session = session;
  }

  @Override
  public void run() {
    session.environment().requireLogLevel();
    new NodeRun(options, session.terminal()).alone(isDemo);
  }
}
