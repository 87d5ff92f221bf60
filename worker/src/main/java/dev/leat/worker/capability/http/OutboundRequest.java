package dev.leat.worker.capability.http;

import dev.leat.contract.Headers;
import dev.leat.contract.permission.HttpTarget;

/**
 * One request to one server, decided upon.
 *
 * @param uri path and query, as the request line has them
 * @param fields the function's, and those of the host
 * @param body must not be changed
 */
record OutboundRequest(String method, HttpTarget target, String uri, Headers fields, byte[] body) {
  /** Whether such a request says that it has a body, be it empty (RFC 9110, 8.6). */
  static boolean hasBody(String method) {
    return switch (method) {
      case "POST", "PUT", "PATCH" -> true;
      default -> false;
    };
  }
}
