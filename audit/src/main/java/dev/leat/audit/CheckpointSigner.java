package dev.leat.audit;

/** Signs checkpoints by the platform's key. Blocks. */
@FunctionalInterface
public interface CheckpointSigner {
  /**
   * Signs this by the key that signs now.
   *
   * @param type the JWS's {@code typ}
   */
  Signed sign(String type, byte[] payload);

  /**
   * @param publicKey the signing key's public part, as a JWK
   * @param jws compact (RFC 7515)
   */
  record Signed(String kid, String publicKey, String jws) {}
}
