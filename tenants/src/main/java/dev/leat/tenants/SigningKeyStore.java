package dev.leat.tenants;

import dev.leat.store.StoreFailure;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Where the key pair that signs tokens is kept, and the public keys of those before it. Laws:
 *
 * <ol>
 *   <li>{@code keepFirst} keeps the candidate if the store is empty, and gives what is kept: the
 *       same to everyone until the next rotation, also to those who call at once.
 *   <li>{@code rotate} makes {@code next} the pair that signs and retires the one before it, whose
 *       private part is kept no more. Of several who rotate at once each retires the one before.
 *   <li>{@code rotate} has all retired keys verify until what {@code until} gives for the expiry of
 *       the last token that was issued ({@code now} if none was), or until when they did if that is
 *       earlier. A token that is issued meanwhile is signed by the new key or counted by the old.
 *   <li>{@code rotate} removes the keys that verify no more at {@code now}, and changes nothing
 *       else if there would be more than {@code retiredMax} of them.
 *   <li>A change is announced together with it.
 * </ol>
 *
 * <p>The pair is kept in clear unless the operator has configured a key for it: who can read both
 * can sign tokens. The methods block and throw {@link StoreFailure} when the store is broken.
 */
public interface SigningKeyStore {
  Keys keepFirst(KeyPair candidate);

  Optional<Keys> rotate(KeyPair next, Instant now, UnaryOperator<Instant> until, int retiredMax);

  /**
   * What is kept.
   *
   * @param retired the one that verifies longest first
   */
  record Keys(KeyPair signing, List<Retired> retired) {
    public Keys {
      retired = List.copyOf(retired);
    }
  }

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

  /** What is left of a pair that signs no more. */
  record Retired(String id, String publicKey, Instant createdAt, Instant verifiesUntil) {}
}
