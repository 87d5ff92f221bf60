package dev.leat.store.encryption;

/** Who keeps something encrypted, and encrypts it anew when another key is the first. */
@FunctionalInterface
public interface Rewrapping {
  /**
   * Encrypts by the first key what is not under it. What it is stays as it is, so nothing is
   * announced; what cannot be decrypted is left. Blocks; throws {@link
   * dev.leat.store.StoreFailure}.
   *
   * @return how much it did
   */
  int rewrap();
}
