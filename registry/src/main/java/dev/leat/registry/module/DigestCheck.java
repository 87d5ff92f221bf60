package dev.leat.registry.module;

import dev.leat.contract.ModuleDigest;
import dev.leat.engine.ModuleTampered;

/** Holds the bytes of a {@link BlobStore} to their digests. */
public final class DigestCheck {
  private DigestCheck() {}

  /** Refuses bytes that are to be put under another digest. */
  public static void require(ModuleDigest digest, byte[] bytes) {
    if (!ModuleDigest.of(bytes).equals(digest)) {
      throw new IllegalArgumentException("The bytes are not those of " + digest);
    }
  }

  /**
   * The bytes as they were stored.
   *
   * @throws ModuleTampered if they are not those of the digest any more
   */
  public static byte[] checked(ModuleDigest digest, byte[] stored) {
    if (!ModuleDigest.of(stored).equals(digest)) {
      throw new ModuleTampered(digest, ModuleTampered.Part.BYTES);
    }
    return stored;
  }
}
