package dev.leat.worker.capability.http;

import dev.leat.contract.Headers;
import dev.leat.contract.permission.HttpTarget;
import dev.leat.engine.GuestInstance;
import dev.leat.worker.capability.GuestText;
import dev.leat.worker.capability.HostCode;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code http_open} and its like: a request that a guest puts together, sends, and reads the answer
 * of. What is left open ends with the call. Confined to the guest's thread.
 */
final class HttpHandles {
  /** Open at once: each may hold an answer. */
  static final int HANDLES_MAX = 16;

  private final GuestHttp http;
  private final Map<Integer, Exchange> open = new HashMap<>();

  /** Goes on from call to call: a handle that one call had means nothing to the next. */
  private int last;

  HttpHandles(GuestHttp http) {
    this.http = http;
  }

  private static final class Exchange {
    final String method;
    final String url;
    final Headers.Builder fields = new Headers.Builder();
    @Nullable HttpAnswer answer;

    Exchange(String method, String url) {
      this.method = method;
      this.url = url;
    }
  }

  /** {@code http_open(method, mlen, url, ulen)}. */
  int open(GuestInstance guest, long[] a) {
    String method = method(guest, a[0], a[1]);
    String url = url(guest, a[2], a[3]);
    if (url.length() > HttpTarget.URL_CHARS_MAX) {
      return HostCode.TOO_LARGE;
    }
    if (open.size() >= HANDLES_MAX) {
      return HostCode.QUOTA;
    }
    last = last == Integer.MAX_VALUE ? 1 : last + 1;
    open.put(last, new Exchange(method, url));
    return last;
  }

  /** {@code http_header(handle, name, nlen, value, vlen)}. */
  int header(GuestInstance guest, long[] a) {
    String name = GuestText.read(guest, a[1], a[2], RequestFields.NAME_CHARS_MAX + 1);
    String value = GuestText.read(guest, a[3], a[4], RequestFields.VALUE_CHARS_MAX + 1);
    Exchange exchange = open.get((int) a[0]);
    if (exchange == null || exchange.answer != null) {
      return HostCode.INVALID;
    }
    int code = RequestFields.check(exchange.fields.build(), name, value);
    if (code == HostCode.DONE) {
      exchange.fields.add(name, value);
    }
    return code;
  }

  /** {@code http_send(handle, body, blen)}. Of one handle once, whatever becomes of it. */
  int send(GuestInstance guest, long[] a) {
    byte[] body = body(guest, a[1], a[2]);
    Exchange exchange = open.get((int) a[0]);
    if (exchange == null || exchange.answer != null) {
      return HostCode.INVALID;
    }
    if (body == null) {
      return HostCode.TOO_LARGE;
    }
    HttpAnswer answer =
        http.send(guest, exchange.method, exchange.url, exchange.fields.build(), body);
    exchange.answer = answer;
    return switch (answer) {
      case HttpAnswer.Received received -> received.status();
      case HttpAnswer.None none -> none.code();
    };
  }

  /** {@code http_response_header(handle, name, nlen, buf, cap)}. */
  int responseHeader(GuestInstance guest, long[] a) {
    String name = GuestText.read(guest, a[1], a[2], RequestFields.NAME_CHARS_MAX + 1);
    HttpAnswer.Received received = received(a[0]);
    if (received == null) {
      return HostCode.INVALID;
    }
    String value = values(received.headers(), name);
    return value == null
        ? HostCode.ABSENT
        : GuestText.write(guest, value.getBytes(StandardCharsets.UTF_8), a[3], a[4]);
  }

  /** Several fields of one name are one with commas (RFC 9110, 5.3). */
  private static @Nullable String values(Headers fields, String name) {
    StringBuilder all = null;
    for (int i = 0; i < fields.size(); i++) {
      if (fields.name(i).equalsIgnoreCase(name)) {
        all = all == null ? new StringBuilder() : all.append(", ");
        all.append(fields.value(i));
      }
    }
    return all == null ? null : all.toString();
  }

  /** {@code http_response_body(handle, buf, cap)}. */
  int responseBody(GuestInstance guest, long[] a) {
    HttpAnswer.Received received = received(a[0]);
    return received == null
        ? HostCode.INVALID
        : GuestText.write(guest, received.body(), a[1], a[2]);
  }

  /** {@code http_close(handle)}. */
  int close(GuestInstance guest, long[] a) {
    Exchange exchange = open.remove((int) a[0]);
    if (exchange != null && exchange.answer != null) {
      exchange.answer.close();
    }
    return 0;
  }

  /** {@code http_is_allowed(method, mlen, url, ulen)}. */
  int isAllowed(GuestInstance guest, long[] a) {
    return http.isAllowed(method(guest, a[0], a[1]), url(guest, a[2], a[3])) ? 1 : 0;
  }

  void closeAll() {
    if (!open.isEmpty()) {
      open.values()
          .forEach(exchange -> {
            if (exchange.answer != null) {
              exchange.answer.close();
            }
          });
      open.clear();
    }
  }

  private HttpAnswer.@Nullable Received received(long handle) {
    Exchange exchange = open.get((int) handle);
    return exchange != null && exchange.answer instanceof HttpAnswer.Received received
        ? received
        : null;
  }

  private static String method(GuestInstance guest, long pointer, long length) {
    return GuestText.read(guest, pointer, length, GuestHttp.METHOD_CHARS_MAX);
  }

  static String url(GuestInstance guest, long pointer, long length) {
    return GuestText.read(guest, pointer, length, HttpTarget.URL_CHARS_MAX + 1);
  }

  /** The body there, paid for; null if it is too large. */
  static byte @Nullable [] body(GuestInstance guest, long pointer, long length) {
    if (Integer.compareUnsigned((int) length, OutboundCall.BODY_BYTES_MAX) > 0) {
      return null;
    }
    guest.charge((int) length);
    return guest.memory().read((int) pointer, (int) length);
  }
}
