package dev.leat.invocations.jdbi;

import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.TenantId;
import dev.leat.invocations.LogLine;
import dev.leat.invocations.LogStore;
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

/** Guests' log lines in a table. */
public final class JdbiLogStore implements LogStore {
  private final Database database;

  public JdbiLogStore(DataSource source) {
    this.database = new Database(source);
  }

  @Override
  public void append(List<LogLine> batch) {
    database.useTransaction(
        "Keeping " + batch.size() + " log lines",
        handle -> {
          // One node at a time, so that a later id is not read before an earlier one.
          handle.createQuery("SELECT id FROM guest_log_turn FOR UPDATE").mapTo(Integer.class).one();
          PreparedBatch insert =
              handle.prepareBatch(
                  """
                  INSERT INTO guest_log (at, tenant, function, version, invocation, level, text)
                  VALUES (:at, :tenant, :function, :version, :invocation, :level, :text)
                  """);
          batch.forEach(line ->
              insert
                  .bind("at", line.at())
                  .bind("tenant", line.function().tenant().value())
                  .bind("function", line.function().name().value())
                  .bind("version", line.version())
                  .bind("invocation", line.invocation())
                  .bind("level", line.level())
                  .bind("text", Database.storable(line.text()))
                  .add());
          insert.execute();
        });
  }

  @Override
  public List<Kept> after(TenantId tenant, Filter filter, long position, int most) {
    return database.read(
        "Reading the log lines of tenant " + tenant,
        handle ->
            bind(
                    handle
                        .createQuery(
                            "SELECT * FROM guest_log WHERE tenant = :tenant AND id > :position"
                                + where(filter)
                                + " ORDER BY id LIMIT :most")
                        .bind("position", position),
                    tenant,
                    filter,
                    most)
                .map((row, context) -> kept(row))
                .list());
  }

  @Override
  public List<Kept> last(TenantId tenant, Filter filter, int most) {
    return database
        .read(
            "Reading the last log lines of tenant " + tenant,
            handle ->
                bind(
                        handle.createQuery(
                            "SELECT * FROM guest_log WHERE tenant = :tenant"
                                + where(filter)
                                + " ORDER BY id DESC LIMIT :most"),
                        tenant,
                        filter,
                        most)
                    .map((row, context) -> kept(row))
                    .list())
        .reversed();
  }

  private static String where(Filter filter) {
    return (filter.function().isPresent() ? " AND function = :function" : "")
        + (filter.invocation().isPresent() ? " AND invocation = :invocation" : "");
  }

  private static Query bind(Query query, TenantId tenant, Filter filter, int most) {
    query.bind("tenant", tenant.value()).bind("most", most);
    filter.function().ifPresent(it -> query.bind("function", it.value()));
    filter.invocation().ifPresent(it -> query.bind("invocation", it));
    return query;
  }

  @Override
  public int prune(Instant before, Collection<TenantId> tenants, long keepOfEach, int most) {
    return database.inTransaction(
        "Removing old log lines",
        handle -> {
          int removed =
              handle
                  .createUpdate(
                      """
                      DELETE FROM guest_log WHERE id IN (
                        SELECT id FROM guest_log WHERE at < :before LIMIT :most)
                      """)
                  .bind("before", before)
                  .bind("most", most)
                  .execute();
          for (TenantId tenant : tenants) {
            removed +=
                Newest.keep(handle, "guest_log", Optional.of(tenant), keepOfEach, most - removed);
          }
          return removed;
        });
  }

  @Override
  public void forget(TenantId tenant) {
    database.useTransaction(
        "Removing the log lines of tenant " + tenant,
        handle -> handle.execute("DELETE FROM guest_log WHERE tenant = ?", tenant.value()));
  }

  private static Kept kept(ResultSet row) throws SQLException {
    return new Kept(
        row.getLong("id"),
        new LogLine(
            Database.instant(row, "at"),
            new FunctionRef(
                new TenantId(row.getString("tenant")), new FunctionName(row.getString("function"))),
            row.getInt("version"),
            row.getString("invocation"),
            row.getString("level"),
            row.getString("text")));
  }
}
