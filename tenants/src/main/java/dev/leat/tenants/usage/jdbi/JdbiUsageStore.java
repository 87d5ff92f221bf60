package dev.leat.tenants.usage.jdbi;

import dev.leat.contract.FunctionName;
import dev.leat.contract.Outcome;
import dev.leat.contract.TenantId;
import dev.leat.store.Database;
import dev.leat.tenants.usage.Amounts;
import dev.leat.tenants.usage.UsageQuery;
import dev.leat.tenants.usage.UsageQuery.By;
import dev.leat.tenants.usage.UsageRow;
import dev.leat.tenants.usage.UsageRow.Key;
import dev.leat.tenants.usage.UsageStore;
import dev.leat.tenants.usage.UsageTotal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.SqlStatement;

/**
 * What was used, in the table {@code usage_rows}: a row for each writer, tenant, function, ending
 * and minute, later hour and day. Only its writer changes a minute's row.
 */
public final class JdbiUsageStore implements UsageStore {
  private static final int BATCH = 1_000;

  /** Rows that are rolled up in one transaction. */
  private static final int ROLLED_UP_AT_ONCE = 5_000;

  /** Endings that a function can have in one stretch of time, and what is stored. */
  private static final int KINDS = Outcome.words().size() + 1;

  private static final List<String> AMOUNTS =
      List.of(
          "invocations",
          "fuel",
          "init_fuel",
          "cpu_nanos",
          "memory_kb_millis",
          "bytes_in",
          "bytes_out",
          "outbound_calls",
          "stored_bytes");

  private static final String KEY =
      """
      writer = :writer AND tenant = :tenant AND function = :function AND what = :what
      AND span = :span AND start_minute = :minute
      """;

  private static final String UPDATE =
      "UPDATE usage_rows SET "
          + all(column -> column + " = :" + column)
          + ", charged_at = "
          + chargedAt()
          + " WHERE "
          + KEY;

  /** Only where there is such a tenant. */
  private static final String INSERT =
      "INSERT INTO usage_rows (writer, tenant, function, what, span, start_minute, charged_at, "
          + all(column -> column)
          + ") SELECT :writer, :tenant, :function, :what, :span, :minute, "
          + chargedAt()
          + ", "
          + all(column -> ":" + column)
          + " FROM tenants WHERE id = :tenant ON CONFLICT DO NOTHING";

  private final Database database;

  public JdbiUsageStore(DataSource source) {
    this.database = new Database(source);
  }

  private static String all(UnaryOperator<String> part) {
    return AMOUNTS.stream().map(part).collect(Collectors.joining(", "));
  }

  private static String chargedAt() {
    return "CASE WHEN :what = '" + UsageRow.CHARGED + "' THEN CURRENT_TIMESTAMP END";
  }

  @Override
  public void write(List<UsageRow> rows) {
    database.useTransaction(
        "Writing down what was used rows=" + rows.size(),
        handle -> {
          for (int from = 0; from < rows.size(); from += BATCH) {
            write(handle, rows.subList(from, Math.min(rows.size(), from + BATCH)), By.MINUTE);
          }
        });
  }

  private static void write(Handle handle, List<UsageRow> rows, By by) {
    int[] updated = execute(handle, UPDATE, rows, by);
    List<UsageRow> missing = new ArrayList<>();
    for (int i = 0; i < updated.length; i++) {
      if (updated[i] == 0) {
        missing.add(rows.get(i));
      }
    }
    if (!missing.isEmpty()) {
      execute(handle, INSERT, missing, by);
    }
  }

  private static int[] execute(Handle handle, String sql, List<UsageRow> rows, By by) {
    PreparedBatch batch = handle.prepareBatch(sql);
    for (UsageRow row : rows) {
      bind(batch, row.key(), by);
      bind(batch, row.amounts());
      batch.add();
    }
    return batch.execute();
  }

  private static void bind(SqlStatement<?> statement, Key key, By by) {
    statement
        .bind("writer", key.writer())
        .bind("tenant", key.tenant().value())
        .bind("function", key.function())
        .bind("what", key.what())
        .bind("span", by.minutes())
        .bind("minute", key.minute());
  }

  private static void bind(SqlStatement<?> statement, Amounts amounts) {
    statement
        .bind("invocations", amounts.invocations())
        .bind("fuel", amounts.fuel())
        .bind("init_fuel", amounts.initFuel())
        .bind("cpu_nanos", amounts.cpuNanos())
        .bind("memory_kb_millis", amounts.memoryKbMillis())
        .bind("bytes_in", amounts.bytesIn())
        .bind("bytes_out", amounts.bytesOut())
        .bind("outbound_calls", amounts.outboundCalls())
        .bind("stored_bytes", amounts.storedBytes());
  }

  @Override
  public List<UsageTotal> totals(UsageQuery query, Optional<UsageTotal.Position> after, int limit) {
    int minutes = query.by().minutes();
    String stretch = "start_minute / %d * %d".formatted(minutes, minutes);
    UsageTotal.Position from = after.orElse(new UsageTotal.Position(query.since(), ""));
    List<UsageRow> sums =
        database.read(
            "Reading what tenant " + query.tenant() + " used",
            handle ->
                handle
                    .createQuery(
                        """
                        SELECT '' AS writer, tenant, function, what, %s AS start_minute, %s
                        FROM usage_rows
                        WHERE tenant = :tenant AND start_minute >= :since AND start_minute < :until
                          AND what <> 'charged' AND (:function = '' OR function = :function)
                          AND (:isFirst OR start_minute >= :next OR function > :after)
                        GROUP BY tenant, %s, function, what
                        ORDER BY 5, function, what LIMIT :limit
                        """
                            .formatted(stretch, sums(), stretch))
                    .bind("tenant", query.tenant().value())
                    .bind("since", Math.max(query.since(), from.minute()))
                    .bind("until", query.until())
                    .bind("function", query.function().map(FunctionName::value).orElse(""))
                    .bind("isFirst", after.isEmpty())
                    .bind("next", from.minute() + minutes)
                    .bind("after", from.function())
                    .bind("limit", limit * KINDS)
                    .map((row, context) -> row(row))
                    .list());
    return totals(sums).limit(limit).toList();
  }

  private static String sums() {
    return all(column ->
        "CAST(%s(%s) AS BIGINT) AS %s"
            .formatted(column.equals("stored_bytes") ? "MAX" : "SUM", column, column));
  }

  /** Of one tenant's rows in their order. */
  private static Stream<UsageTotal> totals(List<UsageRow> sums) {
    return sums.stream()
        .collect(
            Collectors.groupingBy(
                row -> new UsageTotal.Position(row.key().minute(), row.key().function()),
                LinkedHashMap::new,
                Collectors.toList()))
        .values()
        .stream()
        .map(JdbiUsageStore::total);
  }

  private static UsageTotal total(List<UsageRow> rows) {
    SortedMap<String, Long> outcomes = new TreeMap<>();
    Amounts amounts = Amounts.NONE;
    for (UsageRow row : rows) {
      amounts = amounts.plus(row.amounts());
      if (!row.key().what().equals(UsageRow.STORED)) {
        outcomes.put(row.key().what(), row.amounts().invocations());
      }
    }
    Key key = rows.getFirst().key();
    return new UsageTotal(key.tenant(), key.function(), key.minute(), outcomes, amounts);
  }

  @Override
  public boolean rollUp(long minutesBefore, long hoursBefore) {
    boolean isMore = rollUp(By.MINUTE, By.HOUR, minutesBefore);
    return rollUp(By.HOUR, By.DAY, hoursBefore) || isMore;
  }

  /** Who rolls up rows locks them, so that another who would finds them gone. */
  private boolean rollUp(By from, By to, long before) {
    return database.inTransaction(
        "Adding up what was used by " + to.word(),
        handle -> {
          List<UsageRow> rows =
              handle
                  .createQuery(
                      """
                      SELECT * FROM usage_rows
                      WHERE span = :span AND start_minute < :before AND what <> 'charged'
                      ORDER BY start_minute LIMIT :limit FOR UPDATE
                      """)
                  .bind("span", from.minutes())
                  .bind("before", to.begin(before))
                  .bind("limit", ROLLED_UP_AT_ONCE)
                  .map((row, context) -> row(row))
                  .list();
          if (rows.isEmpty()) {
            return false;
          }
          String writer = UUID.randomUUID().toString();
          Map<Key, Amounts> sums = new LinkedHashMap<>();
          rows.forEach(row -> sums.merge(in(to, row.key(), writer), row.amounts(), Amounts::plus));
          List<UsageRow> longer = new ArrayList<>();
          sums.forEach((key, amounts) -> longer.add(new UsageRow(key, amounts)));
          execute(handle, INSERT, longer, to);
          PreparedBatch deletion = handle.prepareBatch("DELETE FROM usage_rows WHERE " + KEY);
          rows.forEach(row -> {
            bind(deletion, row.key(), from);
            deletion.add();
          });
          deletion.execute();
          return rows.size() == ROLLED_UP_AT_ONCE;
        });
  }

  private static Key in(By to, Key key, String writer) {
    return new Key(writer, key.tenant(), key.function(), key.what(), to.begin(key.minute()));
  }

  @Override
  public void prune(long minute) {
    database.useTransaction(
        "Removing what was used long ago",
        handle -> {
          handle.execute("DELETE FROM usage_rows WHERE start_minute < ?", minute);
          handle
              .createUpdate("DELETE FROM usage_rows WHERE charged_at < " + ago())
              .bind("millis", CHARGES_KEPT.toMillis())
              .execute();
          handle.execute(
              """
              DELETE FROM usage_rows
              WHERE NOT EXISTS (SELECT 1 FROM tenants WHERE tenants.id = usage_rows.tenant)
              """);
        });
  }

  /** So many milliseconds before the present, in the SQL of both databases. */
  private static String ago() {
    return "CURRENT_TIMESTAMP - CAST(:millis AS DOUBLE PRECISION) * INTERVAL '0.001' SECOND";
  }

  @Override
  public List<Charge> charges(Duration within) {
    return database.read(
        "Reading what was charged on all nodes",
        handle ->
            handle
                .createQuery(
                    """
                    SELECT usage_rows.*, CURRENT_TIMESTAMP AS present FROM usage_rows
                    WHERE charged_at > %s ORDER BY charged_at, start_minute
                    """
                        .formatted(ago()))
                .bind("millis", within.toMillis())
                .map((row, context) ->
                    new Charge(
                        row(row),
                        Duration.between(
                            Database.instant(row, "charged_at"), Database.instant(row, "present"))))
                .list());
  }

  @Override
  public void forget(TenantId tenant) {
    database.useTransaction(
        "Removing what tenant " + tenant + " used",
        handle -> handle.execute("DELETE FROM usage_rows WHERE tenant = ?", tenant.value()));
  }

  private static UsageRow row(ResultSet row) throws SQLException {
    return new UsageRow(
        new Key(
            row.getString("writer"),
            new TenantId(row.getString("tenant")),
            row.getString("function"),
            row.getString("what"),
            row.getLong("start_minute")),
        new Amounts(
            row.getLong("invocations"),
            row.getLong("fuel"),
            row.getLong("init_fuel"),
            row.getLong("cpu_nanos"),
            row.getLong("memory_kb_millis"),
            row.getLong("bytes_in"),
            row.getLong("bytes_out"),
            row.getLong("outbound_calls"),
            row.getLong("stored_bytes")));
  }
}
