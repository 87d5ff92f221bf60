package dev.leat.store.encryption;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;

/**
 * AES-256 in GCM (NIST SP 800-38D) with random nonces of 96 bits: a key serves for 2^32 values (8.3
 * there), a secret that is set each second for a century. The form, the key's id and the place are
 * authenticated with it.
 */
public final class AesGcmEncryption implements Encryption {
  private static final String TRANSFORMATION = "AES/GCM/NoPadding";
  private static final SecureRandom RANDOM = new SecureRandom();

  private final EncryptionKeys.Key first;
  private final Map<String, EncryptionKeys.Key> all;

  public AesGcmEncryption(EncryptionKeys keys) {
    this.first = keys.first();
    this.all =
        keys.all().stream().collect(Collectors.toUnmodifiableMap(EncryptionKeys.Key::id, it -> it));
  }

  @Override
  public String key() {
    return first.id();
  }

  @Override
  public boolean has(String key) {
    return all.containsKey(key);
  }

  @Override
  public byte[] encrypt(byte[] plain, Place place) {
    byte[] nonce = new byte[Ciphertext.NONCE_BYTES];
    RANDOM.nextBytes(nonce);
    byte[] head = Ciphertext.head(first.idBytes(), nonce);
    try {
      byte[] sealed = cipher(Cipher.ENCRYPT_MODE, first, head, nonce, place).doFinal(plain);
      return ByteBuffer.allocate(head.length + sealed.length).put(head).put(sealed).array();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("This JVM encrypts nothing by AES-GCM", e);
    }
  }

  @Override
  public byte[] decrypt(byte[] ciphertext, Place place) {
    if (!Ciphertext.isOne(ciphertext)) {
      throw new Undecryptable(place, "it is cut, or was not encrypted");
    }
    EncryptionKeys.Key key = all.get(Ciphertext.key(ciphertext));
    if (key == null) {
      throw new Undecryptable(
          place,
          "it is under the key %s, which this node does not have. Put that key back among the"
                  .formatted(Ciphertext.key(ciphertext))
              + " node's keys, after the first");
    }
    try {
      byte[] head = Arrays.copyOf(ciphertext, Ciphertext.HEAD_BYTES);
      return cipher(Cipher.DECRYPT_MODE, key, head, Ciphertext.nonce(ciphertext), place)
          .doFinal(ciphertext, head.length, ciphertext.length - head.length);
    } catch (AEADBadTagException e) {
      throw new Undecryptable(place, "it was altered, or is another's");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("This JVM decrypts nothing by AES-GCM", e);
    }
  }

  private static Cipher cipher(
      int mode, EncryptionKeys.Key key, byte[] head, byte[] nonce, Place place)
      throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance(TRANSFORMATION);
    cipher.init(mode, key.key(), new GCMParameterSpec(Ciphertext.TAG_BYTES * Byte.SIZE, nonce));
    cipher.updateAAD(head);
    cipher.updateAAD(place.bytes());
    return cipher;
  }

  /** Without the keys. */
  @Override
  public String toString() {
    return "AesGcmEncryption" + all.keySet();
  }
}
