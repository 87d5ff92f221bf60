package dev.leat.worker.guest;

import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Outcome;
import dev.leat.engine.GuestInstance;
import dev.leat.engine.GuestStopped;
import dev.leat.worker.capability.LentPowers;

/**
 * The contract {@code wasi}: a command that is started for each request, as CGI/1.1 (RFC 3875) sees
 * it. It starts each time from the state before {@code _start}, whatever the reuse policy says.
 */
final class WasiGuest extends InstanceGuest {
  private final int start;

  WasiGuest(FunctionVersion version, LentPowers lent, CpuTurns turns, GuestInstance instance) {
    super(version, lent, turns, instance);
    this.start = instance.function("_start");
  }

  @Override
  Outcome call(Running running) {
    int exitCode = run();
    if (exitCode != 0) {
      return new Outcome.GuestFailed("The command exited with code " + exitCode, running.usage());
    }
    byte[] output = running.standardOutput();
    CgiResponse response = CgiResponse.of(output);
    if (response.body().length > version().limits().responseBytes()) {
      return tooLarge(running, response.body().length);
    }
    running.respondWith(response.status());
    response.headers().forEach(header -> running.respondWith(header.getKey(), header.getValue()));
    return responded(running, response.body());
  }

  private int run() {
    try {
      instance().call(start);
      return 0;
    } catch (GuestStopped stopped) {
      if (stopped.reason() == GuestStopped.Reason.EXITED) {
        return stopped.exitCode();
      }
      throw stopped;
    }
  }
}
