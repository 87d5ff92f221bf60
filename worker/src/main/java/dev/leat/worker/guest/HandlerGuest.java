package dev.leat.worker.guest;

import dev.leat.contract.FunctionVersion;
import dev.leat.contract.HttpCall;
import dev.leat.contract.Outcome;
import dev.leat.engine.GuestInstance;
import dev.leat.engine.HostFunction;
import dev.leat.worker.capability.GuestText;
import dev.leat.worker.capability.LentPowers;
import dev.leat.worker.capability.logging.GuestLog;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The contract {@code handler}: the body by {@code handle}, the rest of the request and response by
 * host calls.
 */
final class HandlerGuest extends InstanceGuest {
  static final List<HostFunction> HOST_FUNCTIONS =
      List.of(
          text("request_method", call -> call.method()),
          text("request_path", call -> call.path()),
          text("request_query", call -> call.query() == null ? "" : call.query()),
          host(
              "request_header",
              "(i32,i32,i32,i32)->i32",
              (guest, a) -> {
                String name = GuestText.read(guest, a[0], a[1], ResponseHeaders.CHARACTERS_MAX);
                String value = Running.on(guest).call().headers().first(name);
                return value == null ? -1 : copyOut(guest, value, a[2], a[3]);
              }),
          host(
              "response_status",
              "(i32)->",
              (guest, a) -> {
                Running.on(guest).respondWith((int) a[0]);
                return 0;
              }),
          host(
              "response_header",
              "(i32,i32,i32,i32)->",
              (guest, a) -> {
                // One byte more than may be: what is longer is refused, not cut.
                int max = ResponseHeaders.CHARACTERS_MAX + 1;
                String name = GuestText.read(guest, a[0], a[1], max);
                String value = GuestText.read(guest, a[2], a[3], max);
                Running.on(guest).respondWith(name, value);
                return 0;
              }),
          host(
              "fail",
              "(i32,i32)->",
              (guest, a) -> {
                Running.on(guest).fail(GuestText.read(guest, a[0], a[1], GuestLog.TEXT_MAX));
                return 0;
              }));

  private final Buffers buffers;
  private final int handle;

  HandlerGuest(FunctionVersion version, LentPowers lent, CpuTurns turns, GuestInstance instance) {
    super(version, lent, turns, instance);
    this.buffers = new Buffers(instance);
    this.handle = instance.function("handle");
  }

  @Override
  Outcome call(Running running) {
    byte[] body = running.invocation().input().body();
    long packed = instance().call(handle, buffers.give(body), body.length);
    if (packed == Buffers.FAILED) {
      return new Outcome.GuestFailed(
          running.failureOr("The function reported a failure without a message"), running.usage());
    }
    return Buffers.length(packed) > version().limits().responseBytes()
        ? tooLarge(running, Buffers.length(packed))
        : responded(running, buffers.take(packed));
  }

  private static HostFunction text(String name, RequestPart part) {
    return host(
        name,
        "(i32,i32)->i32",
        (guest, a) -> copyOut(guest, part.of(Running.on(guest).call()), a[0], a[1]));
  }

  private static HostFunction host(String name, String signature, HostFunction.Body body) {
    return new HostFunction("leat", name, signature, body);
  }

  private static int copyOut(GuestInstance guest, String value, long buffer, long capacity) {
    return GuestText.write(guest, value.getBytes(StandardCharsets.UTF_8), buffer, capacity);
  }

  @FunctionalInterface
  private interface RequestPart {
    String of(HttpCall call);
  }
}
