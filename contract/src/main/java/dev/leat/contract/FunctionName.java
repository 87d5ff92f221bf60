package dev.leat.contract;

/**
 * A function's name, unique within its tenant: {@code [a-z][a-z0-9-]{0,62}}.
 *
 * @param value the name
 */
public record FunctionName(String value) implements Comparable<FunctionName> {
  public FunctionName {
    Names.require("A function's name", value);
  }

  /** Whether {@code value} may name a function. */
  public static boolean isValid(String value) {
    return Names.isName(value);
  }

  @Override
  public int compareTo(FunctionName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
