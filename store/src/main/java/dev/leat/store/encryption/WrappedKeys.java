package dev.leat.store.encryption;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/**
 * The platform's own keys as the database keeps them: encrypted where the operator has configured a
 * key for that, and in clear where not. What was kept in clear before is read all the same.
 */
public final class WrappedKeys {
  /** Keeps them in clear. */
  public static final WrappedKeys NONE = new WrappedKeys(Optional.empty());

  /** No base64, plain or of URLs, begins so. */
  private static final String MARK = "enc:";

  private final Optional<Encryption> encryption;

  public WrappedKeys(Optional<Encryption> encryption) {
    this.encryption = encryption;
  }

  /**
   * The key as it is kept.
   *
   * @param key base64, plain or of URLs
   */
  public String wrap(String key, Place place) {
    return encryption
        .map(by -> MARK + Base64.getEncoder().encodeToString(by.encrypt(bytes(key), place)))
        .orElse(key);
  }

  /**
   * The key that is kept so.
   *
   * @throws Undecryptable if it is under a key that this node does not have; says what to do
   */
  public String unwrap(String kept, Place place) {
    if (!kept.startsWith(MARK)) {
      return kept;
    }
    Encryption by = encryption.orElseThrow(() -> Undecryptable.withoutKey(place));
    return new String(by.decrypt(ciphertext(kept), place), StandardCharsets.US_ASCII);
  }

  /** Whether it is to be wrapped anew: in clear though there is a key, or under another key. */
  public boolean isOutdated(String kept) {
    return encryption
        .filter(by -> !kept.startsWith(MARK) || !Ciphertext.key(ciphertext(kept)).equals(by.key()))
        .isPresent();
  }

  private static byte[] ciphertext(String kept) {
    try {
      return Base64.getDecoder().decode(kept.substring(MARK.length()));
    } catch (IllegalArgumentException e) {
      return new byte[0]; // it is damaged, which decrypting it says
    }
  }

  private static byte[] bytes(String key) {
    return key.getBytes(StandardCharsets.US_ASCII);
  }
}
