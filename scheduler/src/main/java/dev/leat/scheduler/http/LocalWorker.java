package dev.leat.scheduler.http;

import dev.leat.contract.FunctionVersion;
import dev.leat.contract.VersionRef;
import dev.leat.scheduler.WorkerNode;
import dev.leat.scheduler.WorkerReport;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * This node's own worker, as calls of other nodes meet it.
 *
 * @param report never blocks
 * @param versions what a reference names, as far as this node knows; null if it does not. Never
 *     blocks
 * @param catchUp takes over what was deployed a moment ago; blocks, for a bounded time
 */
public record LocalWorker(
    WorkerNode worker,
    Supplier<WorkerReport> report,
    Function<VersionRef, @Nullable FunctionVersion> versions,
    BooleanSupplier catchUp) {}
