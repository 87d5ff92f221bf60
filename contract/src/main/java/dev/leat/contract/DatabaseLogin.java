package dev.leat.contract;

import java.time.Instant;

/**
 * A database that an operator lets a tenant's functions reach, with what opens it.
 *
 * @param password never printed
 * @param createdAt when the operator did: tells it from one of the same name that was deleted
 */
public record DatabaseLogin(ConnectionUrl url, String user, String password, Instant createdAt) {
  @Override
  public String toString() {
    return url.text() + " as " + user;
  }
}
