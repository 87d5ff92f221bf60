package dev.leat.worker.guest;

import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Outcome;
import dev.leat.engine.GuestInstance;
import dev.leat.engine.HostFunction;
import dev.leat.worker.capability.HostPowers;
import java.util.List;
import java.util.stream.Stream;

/** The contract {@code processor}: one JSON event in, one out; 0 is a failure. */
final class ProcessorGuest extends InstanceGuest {
  /** More than the longest metric name, so that a longer one is seen to be too long. */
  private static final int METRIC_BYTES_MAX = 1_024;

  static final List<HostFunction> HOST_FUNCTIONS =
      Stream.of("flowctl", "env", "leat").flatMap(ProcessorGuest::hostFunctions).toList();

  private final Events events;
  private final Buffers buffers;
  private final int processEvent;

  ProcessorGuest(
      FunctionVersion version, HostPowers powers, CpuTurns turns, GuestInstance instance) {
    super(version, powers, turns, instance);
    this.events = new Events(powers.clock());
    this.buffers = new Buffers(instance);
    this.processEvent = instance.function("process_event");
  }

  @Override
  Outcome call(Running running) {
    Events.Event event = events.of(running.invocation(), instance()::charge);
    int length = event.length();
    int pointer = buffers.room(length);
    event.writeTo(buffers.at(pointer));
    long packed = instance().call(processEvent, pointer, length);
    if (packed == 0) {
      return new Outcome.GuestFailed(
          running.failureOr("The processor reported a failure"), running.usage());
    }
    if (Buffers.length(packed) > version().limits().responseBytes()) {
      return tooLarge(running, Buffers.length(packed));
    }
    running.respondWith("content-type", "application/json");
    return responded(running, buffers.take(packed));
  }

  private static Stream<HostFunction> hostFunctions(String module) {
    return Stream.of(
        HandlerGuest.log(module),
        new HostFunction(
            module,
            "record_metric",
            "(i32,i32,f64)->",
            (guest, a) -> {
              String name = Buffers.text(guest, a[0], a[1], METRIC_BYTES_MAX);
              Running.on(guest).recordMetric(name, Double.longBitsToDouble(a[2]));
              return 0;
            }),
        // Outbound HTTP is not granted to anyone yet: 0 is the contract's "denied".
        new HostFunction(module, "http_request", "(i32,i32,i32,i32,i32)->i64", (guest, a) -> 0));
  }
}
