package dev.leat.gateway.control.request;

import org.jspecify.annotations.Nullable;

/**
 * A database that a tenant's functions shall reach.
 *
 * @param password never printed; none for an empty one
 */
public record NewConnection(String name, String url, String user, @Nullable String password) {
  @Override
  public String toString() {
    return "NewConnection[" + name + "]";
  }
}
