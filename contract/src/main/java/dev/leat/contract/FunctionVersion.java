package dev.leat.contract;

/**
 * One deployed, immutable version of a function: all that a worker needs to run it.
 *
 * @param function whose version it is
 * @param number 1, 2, 3, ... in the order of deployment, never used twice
 * @param module the module that runs
 * @param guest how the module is called
 * @param limits what one invocation may use
 * @param instances how many instances are kept, and how they are reused
 * @param grants what the guest may ask of the host
 * @param config the manifest's {@code config} as a JSON object
 */
public record FunctionVersion(
    FunctionRef function,
    int number,
    ModuleDigest module,
    GuestContract guest,
    Limits limits,
    InstancePolicy instances,
    Grants grants,
    String config) {
  public FunctionVersion {
    if (number < 1) {
      throw new IllegalArgumentException("A version's number must be at least 1, was " + number);
    }
  }

  /** The version as users write it: {@code v1}. */
  public String label() {
    return "v" + number;
  }

  /** What names it on every node. */
  public VersionRef ref() {
    return new VersionRef(function, number, module);
  }

  /** By function and number alone: a version is a key of hot maps, and no two share both. */
  @Override
  public int hashCode() {
    return 31 * function.hashCode() + number;
  }

  @Override
  public String toString() {
    return function + "@" + label();
  }
}
