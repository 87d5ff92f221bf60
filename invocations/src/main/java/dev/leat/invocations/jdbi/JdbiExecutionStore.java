package dev.leat.invocations.jdbi;

import dev.leat.contract.ExecutionRecord;
import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.Page;
import dev.leat.contract.TenantId;
import dev.leat.contract.Usage;
import dev.leat.invocations.ExecutionStore;
import dev.leat.store.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.Query;

/** Execution records in a table. */
public final class JdbiExecutionStore implements ExecutionStore {
  private final Database database;

  public JdbiExecutionStore(DataSource source) {
    this.database = new Database(source);
  }

  @Override
  public void append(List<ExecutionRecord> batch) {
    database.inTransaction(
        "Recording " + batch.size() + " executions",
        handle -> {
          PreparedBatch insert =
              handle.prepareBatch(
                  """
                  INSERT INTO executions (
                    invocation, tenant, function, version, module, caller, ended_at, outcome, error, fuel,
                    init_fuel, peak_memory_bytes, acquire, queue_nanos, acquire_nanos, exec_nanos,
                    cpu_nanos, host_calls)
                  VALUES (
                    :invocation, :tenant, :function, :version, :module, :caller, :endedAt, :outcome, :error, :fuel,
                    :initFuel, :peakMemoryBytes, :acquire, :queueNanos, :acquireNanos, :execNanos,
                    :cpuNanos, :hostCalls)
                  """);
          batch.forEach(record -> bind(insert, record));
          return insert.execute();
        });
  }

  private static void bind(PreparedBatch insert, ExecutionRecord record) {
    Usage usage = record.usage();
    insert
        .bind("invocation", record.id())
        .bind("tenant", record.function().tenant().value())
        .bind("function", record.function().name().value())
        .bind("version", record.version())
        .bind("module", record.module())
        .bind("caller", record.caller())
        .bind("endedAt", record.endedAt())
        .bind("outcome", record.outcome())
        // A guest's message may hold anything, and is cut wherever it is too long.
        .bind("error", Database.storable(record.error()))
        .bind("fuel", usage.fuel())
        .bind("initFuel", usage.initFuel())
        .bind("peakMemoryBytes", usage.peakMemoryBytes())
        .bind("acquire", usage.acquire().name())
        .bind("queueNanos", usage.queueNanos())
        .bind("acquireNanos", usage.acquireNanos())
        .bind("execNanos", usage.execNanos())
        .bind("cpuNanos", usage.cpuNanos())
        .bind("hostCalls", StoredHostCalls.write(usage.hostCalls()))
        .add();
  }

  @Override
  public Optional<ExecutionRecord> find(TenantId tenant, String id) {
    return database.read(
        "Finding an execution of tenant " + tenant,
        handle ->
            handle
                .createQuery(
                    """
                    SELECT * FROM executions WHERE tenant = :tenant AND invocation = :invocation
                    ORDER BY id DESC LIMIT 1
                    """)
                .bind("tenant", tenant.value())
                .bind("invocation", id)
                .map((row, context) -> read(row))
                .findOne());
  }

  @Override
  public Page<ExecutionRecord> list(TenantId tenant, Filter filter, int limit, long cursor) {
    List<Numbered> found =
        database.read(
            "Listing the executions of tenant " + tenant,
            handle -> {
              Query query =
                  handle
                      .createQuery(
                          "SELECT * FROM executions WHERE tenant = :tenant AND id < :cursor"
                              + where(filter)
                              + " ORDER BY id DESC LIMIT :limit")
                      .bind("tenant", tenant.value())
                      .bind("cursor", cursor)
                      .bind("limit", limit + 1);
              bind(query, filter);
              return query.map((row, context) -> new Numbered(row.getLong("id"), read(row))).list();
            });
    Page<Numbered> page = Page.of(found, limit, last -> Long.toString(last.id()));
    return new Page<>(page.items().stream().map(Numbered::record).toList(), page.next());
  }

  private static String where(Filter filter) {
    return (filter.function().isPresent() ? " AND function = :function" : "")
        + (filter.version().isPresent() ? " AND version = :version" : "")
        + (filter.outcome().isPresent() ? " AND outcome = :outcome" : "")
        + (filter.module().isPresent() ? " AND module = :module" : "")
        + (filter.caller().isPresent() ? " AND caller = :caller" : "")
        + (filter.since().isPresent() ? " AND ended_at >= :since" : "")
        + (filter.until().isPresent() ? " AND ended_at < :until" : "");
  }

  private static void bind(Query query, Filter filter) {
    filter.function().ifPresent(it -> query.bind("function", it.value()));
    filter.version().ifPresent(it -> query.bind("version", it));
    filter.outcome().ifPresent(it -> query.bind("outcome", it));
    filter.module().ifPresent(it -> query.bind("module", it));
    filter.caller().ifPresent(it -> query.bind("caller", it));
    filter.since().ifPresent(it -> query.bind("since", it));
    filter.until().ifPresent(it -> query.bind("until", it));
  }

  @Override
  public int prune(
      Instant before, long keepMax, Collection<TenantId> tenants, long keepOfEach, int most) {
    return database.inTransaction(
        "Removing old executions",
        handle -> {
          int removed =
              handle
                  .createUpdate(
                      """
                      DELETE FROM executions WHERE id IN (
                        SELECT id FROM executions WHERE ended_at < :before LIMIT :most)
                      """)
                  .bind("before", before)
                  .bind("most", most)
                  .execute();
          removed += Newest.keep(handle, "executions", Optional.empty(), keepMax, most - removed);
          for (TenantId tenant : tenants) {
            removed +=
                Newest.keep(handle, "executions", Optional.of(tenant), keepOfEach, most - removed);
          }
          return removed;
        });
  }

  @Override
  public void forget(TenantId tenant) {
    database.inTransaction(
        "Removing the executions of tenant " + tenant,
        handle ->
            handle
                .createUpdate("DELETE FROM executions WHERE tenant = :tenant")
                .bind("tenant", tenant.value())
                .execute());
  }

  private static ExecutionRecord read(ResultSet row) throws SQLException {
    return new ExecutionRecord(
        row.getString("invocation"),
        new FunctionRef(
            new TenantId(row.getString("tenant")), new FunctionName(row.getString("function"))),
        row.getInt("version"),
        row.getString("module"),
        row.getString("caller"),
        Database.instant(row, "ended_at"),
        row.getString("outcome"),
        row.getString("error"),
        new Usage(
            row.getLong("fuel"),
            row.getLong("init_fuel"),
            row.getLong("peak_memory_bytes"),
            Usage.Acquire.valueOf(row.getString("acquire")),
            row.getLong("queue_nanos"),
            row.getLong("acquire_nanos"),
            row.getLong("exec_nanos"),
            row.getLong("cpu_nanos"),
            StoredHostCalls.read(row.getString("host_calls"))));
  }

  private record Numbered(long id, ExecutionRecord record) {}
}
