package dev.leat.worker.capability.random;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.ShortBufferException;
import javax.crypto.spec.SecretKeySpec;

/**
 * The bytes that follow from a seed, the same on every platform: HMAC-SHA256 (RFC 2104) under the
 * seed in UTF-8, of 0, 1, 2, ... as 64-bit numbers in network order, one after the other. Who does
 * not know the seed cannot tell them from random ones. Confined to the guest's thread.
 */
final class SeededRandom implements GuestRandom {
  private static final String ALGORITHM = "HmacSHA256";
  private static final int BLOCK_BYTES = 32;

  private final Mac mac;
  private final byte[] block = new byte[BLOCK_BYTES];
  private int blockAt = BLOCK_BYTES;
  private long counter;

  SeededRandom(String seed) {
    try {
      mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(seed.getBytes(StandardCharsets.UTF_8), ALGORITHM));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Every Java platform has " + ALGORITHM, e);
    }
  }

  @Override
  public void fill(byte[] bytes) {
    for (int at = 0; at < bytes.length; ) {
      if (blockAt == BLOCK_BYTES) {
        nextBlock();
      }
      int length = Math.min(bytes.length - at, BLOCK_BYTES - blockAt);
      System.arraycopy(block, blockAt, bytes, at, length);
      blockAt += length;
      at += length;
    }
  }

  private void nextBlock() {
    mac.update(ByteBuffer.allocate(Long.BYTES).putLong(counter++).array());
    try {
      mac.doFinal(block, 0);
    } catch (ShortBufferException e) {
      throw new IllegalStateException("A block has the length of a MAC", e);
    }
    blockAt = 0;
  }
}
