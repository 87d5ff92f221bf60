package dev.leat.worker.capability.http;

import dev.leat.contract.Headers;
import dev.leat.engine.GuestInstance;
import dev.leat.worker.capability.GuestBuffer;
import java.util.List;

/** A processor's {@code http_request(method, url, ulen, body, blen)}. */
final class ProcessorHttp {
  /** What a processor reads as "denied or failed". */
  static final long NOTHING = 0;

  /** In the order of their numbers. */
  private static final List<String> METHODS =
      List.of("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD");

  private static final int ERROR_STATUS = 400;
  private static final Headers JSON = Headers.of("Content-Type", "application/json");

  private ProcessorHttp() {}

  /** The method of this number; "" if there is none. */
  static String method(long number) {
    int index = (int) number;
    return index >= 0 && index < METHODS.size() ? METHODS.get(index) : "";
  }

  static long request(GuestHttp http, GuestInstance guest, long[] a) {
    String url = HttpHandles.url(guest, a[1], a[2]);
    byte[] body = HttpHandles.body(guest, a[3], a[4]);
    if (body == null) {
      return NOTHING;
    }
    Headers fields = body.length == 0 ? Headers.NONE : JSON;
    try (HttpAnswer answer = http.send(guest, method(a[0]), url, fields, body)) {
      return switch (answer) {
        case HttpAnswer.Received received ->
            received.status() < ERROR_STATUS ? GuestBuffer.give(guest, received.body()) : NOTHING;
        case HttpAnswer.None none -> NOTHING;
      };
    }
  }
}
