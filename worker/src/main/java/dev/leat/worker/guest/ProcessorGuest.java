package dev.leat.worker.guest;

import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Outcome;
import dev.leat.engine.GuestInstance;
import dev.leat.worker.capability.LentPowers;
import dev.leat.worker.capability.clock.GuestClock;

/** The contract {@code processor}: one JSON event in, one out; 0 is a failure. */
final class ProcessorGuest extends InstanceGuest {
  private final Events events;
  private final Buffers buffers;
  private final int processEvent;

  ProcessorGuest(FunctionVersion version, LentPowers lent, CpuTurns turns, GuestInstance instance) {
    super(version, lent, turns, instance);
    this.events = new Events(lent.find(GuestClock.class).orElseThrow());
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
}
