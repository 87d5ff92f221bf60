package dev.leat.tenants;

import java.time.Instant;

/**
 * A token just issued: the only time that it is seen whole.
 *
 * @param id its {@code jti}, by which it is listed and revoked
 * @param jwt the secret that its holder sends
 */
public record IssuedToken(String id, String jwt, Instant expiresAt) {
  /** Without the secret. */
  @Override
  public String toString() {
    return "IssuedToken[id=" + id + ", jwt=***, expiresAt=" + expiresAt + "]";
  }
}
