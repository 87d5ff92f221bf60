package dev.leat.cluster.trust;

import dev.leat.store.StoreFailure;
import java.time.Instant;

/**
 * Where the cluster's authority is kept. Laws:
 *
 * <ol>
 *   <li>{@code keepFirst} keeps the candidate if the store is empty, and gives the one that is
 *       kept: the same to everyone, for ever, also to those who call at once.
 * </ol>
 *
 * <p>It is kept in clear unless the operator has configured a key for it: who can read both can be
 * any node. The method blocks and throws {@link StoreFailure} when the store is broken.
 */
public interface AuthorityStore {
  Kept keepFirst(Kept candidate);

  /**
   * The authority as it is written down.
   *
   * @param certificate X.509 in DER, as base64
   * @param privateKey PKCS #8 in DER, as base64; secret
   */
  record Kept(String certificate, String privateKey, Instant createdAt) {
    /** Without the secret. */
    @Override
    public String toString() {
      return "Kept[privateKey=***, createdAt=" + createdAt + "]";
    }
  }
}
