package dev.leat.invocations.schedule;

import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.TenantId;
import java.time.Instant;
import java.util.Optional;

/**
 * A function that is called at certain times.
 *
 * @param id its name within the tenant
 * @param selector the version or alias that is called; "" for whichever has the traffic
 * @param cron when, in {@code zone}
 * @param contentType of what it is called with
 * @param dataBytes how long that is
 * @param nextAt when it fires next; empty while it is paused, and when it never does again
 * @param last what became of it the last time
 */
public record Schedule(
    TenantId tenant,
    String id,
    FunctionName function,
    String selector,
    String cron,
    String zone,
    MissedRuns missed,
    String contentType,
    int dataBytes,
    boolean isPaused,
    String createdBy,
    Instant createdAt,
    Optional<Instant> nextAt,
    Optional<LastRun> last) {
  public FunctionRef called() {
    return new FunctionRef(tenant, function);
  }

  /** The same, paused or not. */
  Schedule with(boolean paused, Optional<Instant> next) {
    return new Schedule(
        tenant,
        id,
        function,
        selector,
        cron,
        zone,
        missed,
        contentType,
        dataBytes,
        paused,
        createdBy,
        createdAt,
        next,
        last);
  }
}
