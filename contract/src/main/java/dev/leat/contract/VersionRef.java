package dev.leat.contract;

/**
 * Names a function version so that another node finds it among its own. The module is named too: a
 * tenant that was deleted and made anew counts from 1 again, and must not be answered by what it
 * deployed before.
 *
 * @param number 1, 2, 3, ...
 */
public record VersionRef(FunctionRef function, int number, ModuleDigest module) {
  public VersionRef {
    if (number < 1) {
      throw new IllegalArgumentException("A version's number must be at least 1, was " + number);
    }
  }

  @Override
  public String toString() {
    return function + "@v" + number;
  }
}
