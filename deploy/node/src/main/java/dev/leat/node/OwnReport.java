package dev.leat.node;

import dev.leat.scheduler.Demand;
import dev.leat.scheduler.OwnWorker;
import dev.leat.scheduler.WorkerReport;
import dev.leat.worker.Worker;
import java.util.function.Supplier;

/** What this node's worker says of itself to the others of a cluster. Never blocks. */
record OwnReport(OwnWorker own, Worker worker) implements Supplier<WorkerReport> {
  @Override
  public WorkerReport get() {
    return new WorkerReport(
        own.load(),
        own.isReady(),
        worker.demands().stream()
            .map(demand -> new Demand(demand.version().ref(), demand.busy()))
            .toList());
  }
}
