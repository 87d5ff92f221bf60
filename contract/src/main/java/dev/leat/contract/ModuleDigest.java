package dev.leat.contract;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * The SHA-256 of a module's bytes, by which it is stored, loaded and checked.
 *
 * @param hex 64 lower-case hexadecimal digits
 */
public record ModuleDigest(String hex) {
  private static final String PREFIX = "sha256:";
  private static final Pattern HEX = Pattern.compile("[0-9a-f]{64}");

  public ModuleDigest {
    if (!HEX.matcher(hex).matches()) {
      throw new IllegalArgumentException(
          "A module digest must be 64 lower-case hexadecimal digits after 'sha256:'");
    }
  }

  /** The digest of these bytes. */
  public static ModuleDigest of(byte[] module) {
    try {
      return new ModuleDigest(
          HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(module)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
  }

  /**
   * Reads {@code sha256:<hex>}.
   *
   * @throws IllegalArgumentException if it is of another form
   */
  public static ModuleDigest parse(String text) {
    if (!isValid(text)) {
      throw new IllegalArgumentException(
          "A module digest must be 'sha256:' and 64 lower-case hexadecimal digits");
    }
    return new ModuleDigest(text.substring(PREFIX.length()));
  }

  /** Whether {@code text} is of the form {@code sha256:<hex>}. */
  public static boolean isValid(String text) {
    return text.startsWith(PREFIX) && HEX.matcher(text.substring(PREFIX.length())).matches();
  }

  @Override
  public String toString() {
    return PREFIX + hex;
  }
}
