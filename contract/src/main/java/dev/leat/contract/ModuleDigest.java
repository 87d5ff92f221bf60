package dev.leat.contract;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The SHA-256 of a module's bytes, by which it is stored, loaded and checked.
 *
 * @param hex 64 lower-case hexadecimal digits
 */
public record ModuleDigest(String hex) {
  private static final String PREFIX = "sha256:";
  private static final int DIGITS = 64;

  public ModuleDigest {
    if (!isHex(hex)) {
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
    return text.startsWith(PREFIX) && isHex(text.substring(PREFIX.length()));
  }

  private static boolean isHex(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'f')) {
        return false;
      }
    }
    return text.length() == DIGITS;
  }

  @Override
  public String toString() {
    return PREFIX + hex;
  }
}
