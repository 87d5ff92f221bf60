package dev.leat.store.encryption;

/**
 * Encrypts what is kept. Safe for several threads; nothing blocks. Laws:
 *
 * <ol>
 *   <li>What was encrypted for a place is decrypted for that place, by the same key and by every
 *       set of keys that has it.
 *   <li>What was altered or cut in any bit, or moved to another place, is not decrypted: {@link
 *       Undecryptable}. Nor is what is under a key that is not there.
 *   <li>What is encrypted twice differs each time, and says nothing of the plain bytes but how many
 *       there are.
 *   <li>Each ciphertext names its key: {@link Ciphertext#key}.
 *   <li>No message, and no text of any object, has plain bytes or a key.
 * </ol>
 */
public interface Encryption {
  /** The id of the key that encrypts. */
  String key();

  /** Whether what is under the key of this id can be decrypted. */
  boolean has(String key);

  byte[] encrypt(byte[] plain, Place place);

  /**
   * @throws Undecryptable if these bytes were not encrypted for this place by a key that is there
   */
  byte[] decrypt(byte[] ciphertext, Place place);
}
