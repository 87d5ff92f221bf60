package dev.leat.contract;

import org.jspecify.annotations.Nullable;

/**
 * The HTTP request that a function is called with.
 *
 * @param method GET, POST, ...
 * @param path what follows the function's own path, "" or starting with "/"; percent-encoded as
 *     sent
 * @param query what follows "?", without it; null when there was none
 * @param headers the request's header fields, without the bearer token that the platform consumed
 * @param body the whole body; the receiver must not change it
 */
public record HttpCall(
    String method, String path, @Nullable String query, Headers headers, byte[] body)
    implements Input {
  @Override
  public HttpCall withBody(byte[] other) {
    return new HttpCall(method, path, query, headers, other);
  }
}
