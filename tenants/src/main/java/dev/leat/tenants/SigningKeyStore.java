package dev.leat.tenants;

import dev.leat.store.StoreFailure;
import java.time.Instant;

/**
 * Where the key pair that signs tokens is kept. Laws:
 *
 * <ol>
 *   <li>{@code keepFirst} keeps the candidate if the store is empty, and gives the pair that is
 *       kept: the same to everyone, for ever, also to those who call at once.
 *   <li>A pair that is kept is announced together with that.
 * </ol>
 *
 * <p>The pair is kept in clear: who can read the store can sign tokens. The method blocks and
 * throws {@link StoreFailure} when the store is broken.
 */
public interface SigningKeyStore {
  KeyPair keepFirst(KeyPair candidate);

  /**
   * An Ed25519 key pair (RFC 8032).
   *
   * @param id its {@code kid}
   * @param publicKey the JWK's {@code x}: base64url of 32 bytes
   * @param privateKey the JWK's {@code d}: base64url of 32 bytes; secret
   */
  record KeyPair(String id, String publicKey, String privateKey, Instant createdAt) {
    /** Without the secret. */
    @Override
    public String toString() {
      return "KeyPair[id=" + id + ", privateKey=***, createdAt=" + createdAt + "]";
    }
  }
}
