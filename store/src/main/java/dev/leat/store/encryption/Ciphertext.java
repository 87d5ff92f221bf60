package dev.leat.store.encryption;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Encrypted bytes as they are kept: a byte for the form, 8 of the key's id, 12 of the nonce, and
 * what AES-GCM gives: as many as were plain, and 16 of the tag.
 */
public final class Ciphertext {
  static final byte FORM = 1;
  static final int KEY_ID_BYTES = 8;
  static final int NONCE_BYTES = 12;
  static final int TAG_BYTES = 16;
  static final int HEAD_BYTES = 1 + KEY_ID_BYTES + NONCE_BYTES;

  /** What it takes more than the plain bytes do. */
  public static final int MORE_BYTES = HEAD_BYTES + TAG_BYTES;

  private Ciphertext() {}

  /** The id of the key that it is under; "" if it is no ciphertext. */
  public static String key(byte[] ciphertext) {
    return isOne(ciphertext) ? HexFormat.of().formatHex(ciphertext, 1, 1 + KEY_ID_BYTES) : "";
  }

  static boolean isOne(byte[] bytes) {
    return bytes.length >= MORE_BYTES && bytes[0] == FORM;
  }

  /** What comes before the sealed bytes. */
  static byte[] head(byte[] keyId, byte[] nonce) {
    return ByteBuffer.allocate(HEAD_BYTES).put(FORM).put(keyId).put(nonce).array();
  }

  static byte[] nonce(byte[] ciphertext) {
    return Arrays.copyOfRange(ciphertext, 1 + KEY_ID_BYTES, HEAD_BYTES);
  }
}
