package dev.leat.contract;

/**
 * A database that an operator lets a tenant's functions reach, with what opens it.
 *
 * @param password never printed
 */
public record DatabaseLogin(ConnectionUrl url, String user, String password) {
  @Override
  public String toString() {
    return url.text() + " as " + user;
  }
}
