package dev.leat.node;

import dev.leat.contract.Cancellation;
import dev.leat.contract.Finding;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.TenantId;
import dev.leat.engine.GuestStopped;
import dev.leat.registry.function.VersionTrial;
import dev.leat.worker.Trial;
import dev.leat.worker.Worker;

/** Tries versions on this node's worker, and says in the manifest's terms what is wrong. */
final class WorkerTrial implements VersionTrial {
  private final Worker worker;

  WorkerTrial(Worker worker) {
    this.worker = worker;
  }

  @Override
  public Result attempt(FunctionVersion version, Cancellation cancellation) {
    return switch (worker.attempt(version, cancellation)) {
      case Trial.CameUp cameUp -> new Result.CameUp(new Kept(cameUp));
      case Trial.Busy(String reason) -> new Result.Busy(reason);
      case Trial.Unloadable(String detail) ->
          new Result.Refused(new Finding("spec.module", "cannot be run: " + detail));
      case Trial.Stopped(GuestStopped.Reason reason, String detail) ->
          new Result.Refused(finding(version, reason, detail));
    };
  }

  private static Finding finding(
      FunctionVersion version, GuestStopped.Reason reason, String detail) {
    return switch (reason) {
      case FUEL_EXHAUSTED ->
          new Finding(
              "spec.limits.fuel",
              "is too little to initialise the function, was %d. Raise it, or do less in init"
                  .formatted(version.limits().fuel()));
      case MEMORY_EXCEEDED ->
          new Finding(
              "spec.limits.memory",
              "is too little to initialise the function, was %d bytes. Raise it, or use less in init"
                  .formatted(version.limits().memoryBytes()));
      case DEADLINE_PASSED ->
          new Finding(
              "spec.limits.timeout",
              "is too short to initialise the function, which may take the timeout, and %d s at most. Do less in init"
                  .formatted(Worker.TRIAL_TIME_MAX.toSeconds()));
      case TRAPPED, STACK_EXHAUSTED, EXITED, NO_ROOM, CANCELLED ->
          new Finding("spec", "makes a function that does not initialise: " + detail);
    };
  }

  @Override
  public void forget(TenantId tenant) {
    worker.leave(tenant);
  }

  private record Kept(Trial.CameUp cameUp) implements Instance {
    @Override
    public void keep() {
      cameUp.keep();
    }

    @Override
    public void close() {
      cameUp.close();
    }
  }
}
