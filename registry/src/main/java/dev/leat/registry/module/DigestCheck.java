package dev.leat.registry.module;

import dev.leat.contract.ModuleDigest;
import java.util.concurrent.atomic.LongAdder;

/**
 * Holds the bytes of a {@link BlobStore} to their digests, and counts those that were altered. Safe
 * for several threads.
 */
public final class DigestCheck {
  private final LongAdder altered = new LongAdder();

  /** Refuses bytes that are to be put under another digest. */
  public static void require(ModuleDigest digest, byte[] bytes) {
    if (!ModuleDigest.of(bytes).equals(digest)) {
      throw new IllegalArgumentException("The bytes are not those of " + digest);
    }
  }

  /**
   * The bytes as they were stored.
   *
   * @throws BlobAltered if they are not those of the digest any more
   */
  public byte[] checked(ModuleDigest digest, byte[] stored) {
    ModuleDigest found = ModuleDigest.of(stored);
    if (!found.equals(digest)) {
      altered.increment();
      throw new BlobAltered(digest, found);
    }
    return stored;
  }

  /** How often stored bytes were not those of their digest. */
  public long alteredFound() {
    return altered.sum();
  }
}
