package dev.leat.engine.chicory;

/** How a case of the core suite ended. */
sealed interface SuiteEnding {
  SuiteEnding PASSED = new Passed();

  record Passed() implements SuiteEnding {}

  record Failed(String reason) implements SuiteEnding {}

  /** A function platform cannot express the case. */
  record NotApplicable(String reason) implements SuiteEnding {}
}
