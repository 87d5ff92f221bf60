package dev.leat.invocations.jdbi;

import dev.leat.audit.AuditEntry;
import dev.leat.audit.jdbi.JdbiAuditStore;
import dev.leat.contract.FunctionName;
import dev.leat.contract.TenantId;
import dev.leat.invocations.async.Acceptance;
import dev.leat.invocations.async.AsyncStore.Backlogs;
import dev.leat.invocations.async.NewInvocation;
import dev.leat.invocations.schedule.LastRun;
import dev.leat.invocations.schedule.LastRun.End;
import dev.leat.invocations.schedule.MissedRuns;
import dev.leat.invocations.schedule.Schedule;
import dev.leat.invocations.schedule.ScheduleStore;
import dev.leat.store.Database;
import dev.leat.store.Leases;
import dev.leat.store.Leases.Lease;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.Query;

/** Schedules in a table, in the database of the queue. */
public final class JdbiScheduleStore implements ScheduleStore {
  /** The counts' row of those who neither accept nor settle calls. */
  private static final int SLOT = 8;

  private static final String COLUMNS =
      """
      tenant, id, function, selector, cron, zone, missed, content_type, LENGTH(data) AS data_bytes,
      paused, created_by, created_at, next_at, last_at, last_end, last_reason, last_invocation
      """;

  private final Database database;
  private final Leases leases;

  public JdbiScheduleStore(DataSource source, Leases leases) {
    this.database = new Database(source);
    this.leases = leases;
  }

  @Override
  public Added add(Schedule schedule, byte[] data, long most, AuditEntry entry) {
    TenantId tenant = schedule.tenant();
    return database.inTransaction(
        "Adding the schedule " + schedule.id() + " of tenant " + tenant,
        handle -> {
          lock(handle, tenant);
          if (find(handle, tenant, schedule.id()).isPresent()) {
            return Added.TAKEN;
          }
          if (count(handle, tenant) >= most) {
            return Added.FULL;
          }
          insert(handle, schedule, data);
          JdbiAuditStore.append(handle, entry);
          return Added.DONE;
        });
  }

  private static void lock(Handle handle, TenantId tenant) {
    handle.execute(
        "INSERT INTO schedule_owners (tenant) VALUES (?) ON CONFLICT DO NOTHING", tenant.value());
    handle
        .createQuery("SELECT tenant FROM schedule_owners WHERE tenant = :tenant FOR UPDATE")
        .bind("tenant", tenant.value())
        .mapTo(String.class)
        .findOne();
  }

  private static void insert(Handle handle, Schedule schedule, byte[] data) {
    handle
        .createUpdate(
            """
            INSERT INTO schedules (tenant, id, function, selector, cron, zone, missed, content_type,
              data, paused, created_by, created_at, next_at, last_end, last_reason, last_invocation)
            VALUES (:tenant, :id, :function, :selector, :cron, :zone, :missed, :contentType,
              :data, :paused, :createdBy, :createdAt, :nextAt, '', '', '')
            """)
        .bind("tenant", schedule.tenant().value())
        .bind("id", schedule.id())
        .bind("function", schedule.function().value())
        .bind("selector", schedule.selector())
        .bind("cron", schedule.cron())
        .bind("zone", schedule.zone())
        .bind("missed", schedule.missed().word())
        .bind("contentType", schedule.contentType())
        .bind("data", data)
        .bind("paused", schedule.isPaused())
        .bind("createdBy", Database.storable(schedule.createdBy()))
        .bind("createdAt", schedule.createdAt())
        .bindByType("nextAt", schedule.nextAt().orElse(null), Instant.class)
        .execute();
  }

  @Override
  public List<Schedule> list(TenantId tenant) {
    return database.read(
        "Listing the schedules of tenant " + tenant,
        handle ->
            handle
                .createQuery(
                    "SELECT " + COLUMNS + " FROM schedules WHERE tenant = :tenant ORDER BY id")
                .bind("tenant", tenant.value())
                .map((row, context) -> schedule(row))
                .list());
  }

  @Override
  public Optional<Schedule> find(TenantId tenant, String id) {
    return database.read(
        "Finding a schedule of tenant " + tenant, handle -> find(handle, tenant, id));
  }

  private static Optional<Schedule> find(Handle handle, TenantId tenant, String id) {
    return handle
        .createQuery("SELECT " + COLUMNS + " FROM schedules WHERE tenant = :tenant AND id = :id")
        .bind("tenant", tenant.value())
        .bind("id", id)
        .map((row, context) -> schedule(row))
        .findOne();
  }

  @Override
  public Optional<byte[]> data(TenantId tenant, String id) {
    return database.read(
        "Reading the data of a schedule of tenant " + tenant,
        handle ->
            handle
                .createQuery("SELECT data FROM schedules WHERE tenant = :tenant AND id = :id")
                .bind("tenant", tenant.value())
                .bind("id", id)
                .mapTo(byte[].class)
                .findOne());
  }

  @Override
  public int count(TenantId tenant) {
    return database.read(
        "Counting the schedules of tenant " + tenant, handle -> count(handle, tenant));
  }

  private static int count(Handle handle, TenantId tenant) {
    return handle
        .createQuery("SELECT COUNT(*) FROM schedules WHERE tenant = :tenant")
        .bind("tenant", tenant.value())
        .mapTo(Integer.class)
        .one();
  }

  @Override
  public boolean replace(Schedule was, Schedule then, AuditEntry entry) {
    return database.inTransaction(
        "Changing the schedule " + then.id() + " of tenant " + then.tenant(),
        handle -> {
          boolean isDone =
              handle
                      .createUpdate(
                          """
                          UPDATE schedules SET paused = :paused, next_at = :nextAt
                          WHERE tenant = :tenant AND id = :id AND paused = :wasPaused
                            AND next_at IS NOT DISTINCT FROM
                              CAST(:wasNext AS TIMESTAMP WITH TIME ZONE)
                            AND last_at IS NOT DISTINCT FROM
                              CAST(:wasLast AS TIMESTAMP WITH TIME ZONE)
                          """)
                      .bind("paused", then.isPaused())
                      .bindByType("nextAt", then.nextAt().orElse(null), Instant.class)
                      .bind("tenant", then.tenant().value())
                      .bind("id", then.id())
                      .bind("wasPaused", was.isPaused())
                      .bindByType("wasNext", was.nextAt().orElse(null), Instant.class)
                      .bindByType(
                          "wasLast", was.last().map(LastRun::at).orElse(null), Instant.class)
                      .execute()
                  == 1;
          if (isDone) {
            JdbiAuditStore.append(handle, entry);
          }
          return isDone;
        });
  }

  @Override
  public boolean delete(TenantId tenant, String id, AuditEntry entry) {
    return database.inTransaction(
        "Deleting a schedule of tenant " + tenant,
        handle -> {
          boolean was =
              handle.execute(
                      "DELETE FROM schedules WHERE tenant = ? AND id = ?", tenant.value(), id)
                  == 1;
          if (was) {
            JdbiAuditStore.append(handle, entry);
          }
          return was;
        });
  }

  @Override
  public void forget(TenantId tenant) {
    database.useTransaction(
        "Forgetting the schedules of tenant " + tenant,
        handle -> {
          handle.execute("DELETE FROM schedules WHERE tenant = ?", tenant.value());
          handle.execute("DELETE FROM schedule_owners WHERE tenant = ?", tenant.value());
        });
  }

  @Override
  public Instant now() {
    return database.read(
        "Asking the database for its time",
        handle ->
            handle
                .createQuery("SELECT CURRENT_TIMESTAMP AS now")
                .map((row, context) -> Database.instant(row, "now"))
                .one());
  }

  /**
   * The first of each tenant, then the second of each, and so on: by the index alone, and once for
   * many, since all that is due is looked at.
   */
  @Override
  public List<Key> due(Instant until, int most) {
    return database.read(
        "Reading which schedules are due",
        handle ->
            handle
                .createQuery(
                    """
                    SELECT tenant, id FROM (
                      SELECT tenant, id, next_at,
                        ROW_NUMBER() OVER (PARTITION BY tenant ORDER BY next_at, id) AS turn
                      FROM schedules WHERE next_at <= :until) due
                    ORDER BY turn, next_at, tenant, id LIMIT :most
                    """)
                .bind("until", until)
                .bind("most", most)
                .map((row, context) -> new Key(row.getString("tenant"), row.getString("id")))
                .list());
  }

  @Override
  public List<Found> read(List<Key> keys) {
    if (keys.isEmpty()) {
      return List.of();
    }
    Map<Key, Found> found = new HashMap<>();
    database.read(
        "Reading " + keys.size() + " schedules",
        handle -> {
          Query query =
              handle.createQuery(
                  "SELECT "
                      + COLUMNS
                      + ", data FROM schedules JOIN (VALUES "
                      + "(CAST(? AS VARCHAR(63)), CAST(? AS VARCHAR(63))), ".repeat(keys.size() - 1)
                      + "(CAST(? AS VARCHAR(63)), CAST(? AS VARCHAR(63)))) wanted (of, named)"
                      + " ON tenant = of AND id = named");
          for (int i = 0; i < keys.size(); i++) {
            query.bind(2 * i, keys.get(i).tenant()).bind(2 * i + 1, keys.get(i).id());
          }
          query.map((row, context) -> found(row)).forEach(it -> found.put(it.key(), it.found()));
          return found;
        });
    return keys.stream().map(found::get).filter(Objects::nonNull).toList();
  }

  private record Row(Key key, Found found) {}

  private static Row found(ResultSet row) throws SQLException {
    Key key = new Key(row.getString("tenant"), row.getString("id"));
    byte[] data = row.getBytes("data");
    try {
      return new Row(key, new Due(schedule(row), data));
    } catch (IllegalArgumentException | NoSuchElementException e) { // by those who know its words
      return new Row(key, new Unreadable(key, e));
    }
  }

  @Override
  public void stop(Lease lease, Key key) {
    database.useTransaction(
        "Stopping the schedule " + key.id() + " of tenant " + key.tenant(),
        handle -> {
          leases.hold(handle, lease);
          handle.execute(
              "UPDATE schedules SET next_at = NULL WHERE tenant = ? AND id = ?",
              key.tenant(),
              key.id());
        });
  }

  @Override
  public List<Fired> fire(Lease lease, List<Firing> firings, Backlogs room) {
    return database.inTransaction(
        "Firing " + firings.size() + " schedules",
        handle -> {
          leases.hold(handle, lease);
          int[] moved = move(handle, firings);
          List<NewInvocation> calls = new ArrayList<>();
          for (int i = 0; i < moved.length; i++) {
            if (moved[i] == 1) {
              calls.addAll(firings.get(i).calls());
            }
          }
          List<Acceptance> answers =
              calls.isEmpty() ? List.of() : new AcceptedBatch(handle, calls, room).accept(SLOT);
          List<Fired> fired = new ArrayList<>();
          int at = 0;
          for (int i = 0; i < moved.length; i++) {
            if (moved[i] == 1) {
              int count = firings.get(i).calls().size();
              fired.add(new Fired.Done(answers.subList(at, at + count)));
              at += count;
            } else {
              fired.add(new Fired.Stale());
            }
          }
          note(handle, firings, fired);
          return fired;
        });
  }

  /** Those that are to fire at the time that was read: 1, others: 0. */
  private static int[] move(Handle handle, List<Firing> firings) {
    PreparedBatch rows =
        handle.prepareBatch(
            """
            UPDATE schedules SET next_at = :next
            WHERE tenant = :tenant AND id = :id AND next_at = :expected
            """);
    for (Firing firing : firings) {
      rows.bindByType("next", firing.nextAt().orElse(null), Instant.class)
          .bind("tenant", firing.schedule().tenant().value())
          .bind("id", firing.schedule().id())
          .bind("expected", firing.schedule().nextAt().orElseThrow())
          .add();
    }
    return rows.execute();
  }

  private static void note(Handle handle, List<Firing> firings, List<Fired> fired) {
    PreparedBatch rows =
        handle.prepareBatch(
            """
            UPDATE schedules SET last_at = :at, last_end = :end, last_reason = :reason,
              last_invocation = :invocation
            WHERE tenant = :tenant AND id = :id
            """);
    for (int i = 0; i < firings.size(); i++) {
      if (fired.get(i) instanceof Fired.Done(List<Acceptance> answers)) {
        LastRun last = last(firings.get(i), answers);
        rows.bind("at", last.at())
            .bind("end", last.end().word())
            .bind("reason", Database.storable(last.reason()))
            .bind("invocation", last.invocation().orElse(""))
            .bind("tenant", firings.get(i).schedule().tenant().value())
            .bind("id", firings.get(i).schedule().id())
            .add();
      }
    }
    if (rows.size() > 0) {
      rows.execute();
    }
  }

  private static LastRun last(Firing firing, List<Acceptance> answers) {
    if (answers.isEmpty()) {
      return firing.last();
    }
    Instant at = firing.last().at();
    return switch (answers.getLast()) {
      case Acceptance.Accepted(String id, boolean isNew) ->
          new LastRun(at, End.ACCEPTED, "", Optional.of(id));
      case Acceptance.BacklogFull(String quota, long limit) ->
          new LastRun(
              at,
              End.REFUSED,
              "The tenant's quota '%s' of %d is used up.".formatted(quota, limit),
              Optional.empty());
      case Acceptance.KeysFull _,
          Acceptance.KeyReused _,
          Acceptance.Overloaded _,
          Acceptance.StoreAway _ ->
          new LastRun(at, End.REFUSED, "It could not be accepted.", Optional.empty());
    };
  }

  private static Schedule schedule(ResultSet row) throws SQLException {
    return new Schedule(
        new TenantId(row.getString("tenant")),
        row.getString("id"),
        new FunctionName(row.getString("function")),
        row.getString("selector"),
        row.getString("cron"),
        row.getString("zone"),
        MissedRuns.ofWord(row.getString("missed")).orElseThrow(),
        row.getString("content_type"),
        row.getInt("data_bytes"),
        row.getBoolean("paused"),
        row.getString("created_by"),
        Database.instant(row, "created_at"),
        instant(row, "next_at"),
        lastRun(row));
  }

  private static Optional<LastRun> lastRun(ResultSet row) throws SQLException {
    String end = row.getString("last_end");
    String invocation = row.getString("last_invocation");
    return end.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new LastRun(
                Database.instant(row, "last_at"),
                End.ofWord(end),
                row.getString("last_reason"),
                invocation.isEmpty() ? Optional.empty() : Optional.of(invocation)));
  }

  private static Optional<Instant> instant(ResultSet row, String column) throws SQLException {
    return Optional.ofNullable(row.getObject(column, OffsetDateTime.class))
        .map(OffsetDateTime::toInstant);
  }
}
