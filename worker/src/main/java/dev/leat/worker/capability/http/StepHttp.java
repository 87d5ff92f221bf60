package dev.leat.worker.capability.http;

import dev.leat.contract.Headers;
import dev.leat.contract.permission.PermissionType;
import dev.leat.engine.GuestInstance;
import dev.leat.worker.capability.GuestPermits;
import dev.leat.worker.capability.HostCode;
import dev.leat.worker.capability.step.StepReply;
import dev.leat.worker.capability.step.StepRequest;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A step's {@code http_request(json, len)}: request and answer are objects. */
final class StepHttp {
  private static final Set<String> MEMBERS = Set.of("method", "url", "headers", "body");

  /** Of an answer, which goes into the guest's memory as a whole. */
  private static final int BODY_BYTES_MAX = 1 << 20;

  private StepHttp() {}

  static long request(GuestHttp http, GuestInstance guest, long[] a) {
    if (Integer.compareUnsigned((int) a[1], StepRequest.BYTES_MAX) > 0) {
      return StepReply.error(guest, HostCode.TOO_LARGE, "the request is larger than it may be");
    }
    Optional<StepRequest> read = StepRequest.read(guest, a[0], a[1], MEMBERS);
    Optional<List<Map.Entry<String, String>>> fields = read.flatMap(it -> it.texts("headers"));
    if (read.isEmpty() || fields.isEmpty() || read.get().text("url").isEmpty()) {
      return StepReply.error(
          guest,
          HostCode.INVALID,
          "the request must be {\"method\", \"url\", \"headers\", \"body\"}, with a url at least");
    }
    StepRequest request = read.get();
    Headers.Builder headers = new Headers.Builder();
    fields.get().forEach(field -> headers.add(field.getKey(), field.getValue()));
    try (HttpAnswer answer =
        http.send(
            guest,
            method(request),
            request.text("url").orElseThrow(),
            headers.build(),
            body(request))) {
      return reply(guest, answer);
    }
  }

  private static String method(StepRequest request) {
    return request.text("method").orElse("GET").toUpperCase(Locale.ROOT);
  }

  /** A text as it is; anything else as JSON. */
  private static byte[] body(StepRequest request) {
    return request
        .text("body")
        .map(text -> text.getBytes(StandardCharsets.UTF_8))
        .or(() -> request.json("body"))
        .orElseGet(() -> new byte[0]);
  }

  private static long reply(GuestInstance guest, HttpAnswer answer) {
    return switch (answer) {
      case HttpAnswer.None(int code, String why) -> StepReply.error(guest, code, why);
      case HttpAnswer.Received received when received.body().length > BODY_BYTES_MAX ->
          StepReply.error(guest, HostCode.TOO_LARGE, "the answer's body is larger than it may be");
      case HttpAnswer.Received received ->
          StepReply.response(
              guest, received.status(), joined(received.headers()).entrySet(), received.body());
    };
  }

  /** Several fields of one name are one with commas (RFC 9110, 5.2). */
  private static Map<String, String> joined(Headers headers) {
    Map<String, String> all = new LinkedHashMap<>();
    for (Map.Entry<String, String> field : headers) {
      all.merge(
          field.getKey().toLowerCase(Locale.ROOT),
          field.getValue(),
          (before, more) -> before + ", " + more);
    }
    return all;
  }

  /** What a guest without the power is answered. */
  static long denied(GuestPermits permits, GuestInstance guest, long[] a) {
    Optional<StepRequest> read =
        Integer.compareUnsigned((int) a[1], StepRequest.BYTES_MAX) > 0
            ? Optional.empty()
            : StepRequest.read(guest, a[0], a[1], MEMBERS);
    PermissionType type = PermissionType.ofMethod(read.map(StepHttp::method).orElse("GET"));
    var unused = permits.allows(type, read.flatMap(it -> it.text("url")).orElse(""));
    return StepReply.error(guest, HostCode.DENIED, "the function has no capability http");
  }
}
