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
import java.util.List;
import javax.sql.DataSource;
import org.jdbi.v3.core.statement.PreparedBatch;

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
                    invocation, tenant, function, version, ended_at, outcome, error, fuel,
                    init_fuel, peak_memory_bytes, acquire, queue_nanos, acquire_nanos, exec_nanos,
                    cpu_nanos)
                  VALUES (
                    :invocation, :tenant, :function, :version, :endedAt, :outcome, :error, :fuel,
                    :initFuel, :peakMemoryBytes, :acquire, :queueNanos, :acquireNanos, :execNanos,
                    :cpuNanos)
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
        .bind("endedAt", record.endedAt())
        .bind("outcome", record.outcome())
        // PostgreSQL keeps no NUL characters, which a guest's message may hold.
        .bind("error", record.error().replace('\0', '\uFFFD'))
        .bind("fuel", usage.fuel())
        .bind("initFuel", usage.initFuel())
        .bind("peakMemoryBytes", usage.peakMemoryBytes())
        .bind("acquire", usage.acquire().name())
        .bind("queueNanos", usage.queueNanos())
        .bind("acquireNanos", usage.acquireNanos())
        .bind("execNanos", usage.execNanos())
        .bind("cpuNanos", usage.cpuNanos())
        .add();
  }

  @Override
  public Page<ExecutionRecord> list(TenantId tenant, Filter filter, int limit, long cursor) {
    List<Numbered> found =
        database.read(
            "Listing the executions of tenant " + tenant,
            handle ->
                handle
                    .createQuery(
                        """
                        SELECT * FROM executions
                        WHERE tenant = :tenant AND id < :cursor
                          AND (:function = '' OR function = :function)
                          AND (:outcome = '' OR outcome = :outcome)
                        ORDER BY id DESC LIMIT :limit
                        """)
                    .bind("tenant", tenant.value())
                    .bind("cursor", cursor)
                    .bind("function", filter.function().map(FunctionName::value).orElse(""))
                    .bind("outcome", filter.outcome().orElse(""))
                    .bind("limit", limit + 1)
                    .map((row, context) -> new Numbered(row.getLong("id"), read(row)))
                    .list());
    Page<Numbered> page = Page.of(found, limit, last -> Long.toString(last.id()));
    return new Page<>(page.items().stream().map(Numbered::record).toList(), page.next());
  }

  @Override
  public void prune(Instant before, long keepMax) {
    database.inTransaction(
        "Removing old executions",
        handle -> {
          int old =
              handle
                  .createUpdate("DELETE FROM executions WHERE ended_at < :before")
                  .bind("before", before)
                  .execute();
          int many =
              handle
                  .createUpdate(
                      """
                      DELETE FROM executions
                      WHERE id <= (SELECT MAX(id) FROM executions) - :keep
                      """)
                  .bind("keep", keepMax)
                  .execute();
          return old + many;
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
            row.getLong("cpu_nanos")));
  }

  private record Numbered(long id, ExecutionRecord record) {}
}
