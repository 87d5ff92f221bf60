package dev.leat.failures;

/**
 * One way to break a cluster.
 *
 * @param name what it is called on the command line
 * @param says what is broken, and what must hold
 */
record Scenario(String name, String says, Play play) {
  /** What happens. What must hold is claimed of the stage. */
  @FunctionalInterface
  interface Play {
    void on(Stage stage) throws Exception;
  }

  /** Thrown where this machine lacks what the scenario needs. */
  static final class Skipped extends RuntimeException {
    Skipped(String why) {
      super(why);
    }
  }
}
