package dev.leat.registry.key;

import dev.leat.contract.FunctionName;
import dev.leat.contract.ModuleDigest;
import java.time.Instant;
import java.util.regex.Pattern;

/**
 * What a publisher signs about a module.
 *
 * @param name {@code [a-z][a-z0-9-]{0,62}}
 * @param version the publisher's own, {@code [0-9A-Za-z.+-]{1,64}}
 * @param digest of the module's bytes
 * @param size of the module in bytes, at least 1
 * @param issuedAt when it was signed, {@link #EARLIEST} or later
 */
public record Statement(
    String name, String version, ModuleDigest digest, long size, Instant issuedAt) {
  /**
   * A signer's clock that says less does not work: 1970 is where clocks begin that were not set.
   */
  public static final Instant EARLIEST = Instant.parse("2020-01-01T00:00:00Z");

  private static final Pattern VERSION = Pattern.compile("[0-9A-Za-z.+-]{1,64}");

  public Statement {
    if (!isName(name)) {
      throw new IllegalArgumentException(
          "A module's name must be 1-63 characters of a-z, 0-9 and '-', starting with a letter");
    }
    if (!isVersion(version)) {
      throw new IllegalArgumentException(
          "A module's version must be 1-64 characters of 0-9, A-Z, a-z, '.', '+' and '-'");
    }
    if (issuedAt.isBefore(EARLIEST)) {
      throw new IllegalArgumentException(
          "A statement's issuedAt must be %s or later, was %s: set the signer's clock"
              .formatted(EARLIEST, issuedAt));
    }
    if (size < 1) {
      throw new IllegalArgumentException("A module's size must be at least 1, was " + size);
    }
  }

  /** Whether a module may have this name; the rule is the same as for functions. */
  public static boolean isName(String name) {
    return FunctionName.isValid(name);
  }

  /** Whether a module may have this version. */
  public static boolean isVersion(String version) {
    return VERSION.matcher(version).matches();
  }
}
