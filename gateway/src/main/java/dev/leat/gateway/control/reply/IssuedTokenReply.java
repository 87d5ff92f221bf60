package dev.leat.gateway.control.reply;

import dev.leat.tenants.IssuedToken;

/** A token as it is shown once. */
public record IssuedTokenReply(String id, String token, String expiresAt) {
  public static IssuedTokenReply of(IssuedToken issued) {
    return new IssuedTokenReply(issued.id(), issued.jwt(), issued.expiresAt().toString());
  }

  @Override
  public String toString() {
    return "IssuedTokenReply[id=" + id + ", token=***, expiresAt=" + expiresAt + "]";
  }
}
