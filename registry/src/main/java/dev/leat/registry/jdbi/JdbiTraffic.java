package dev.leat.registry.jdbi;

import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.TenantId;
import dev.leat.registry.function.Alias;
import dev.leat.registry.function.Rollout;
import dev.leat.registry.function.StoredTraffic;
import dev.leat.registry.function.Traffic;
import dev.leat.store.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which versions traffic and aliases name, within the transactions of the functions' store. */
final class JdbiTraffic {
  private static final Logger LOG = LoggerFactory.getLogger(JdbiTraffic.class);

  private JdbiTraffic() {}

  static int revision(Handle handle, FunctionRef function) {
    return read(handle, function).revision();
  }

  static Traffic read(Handle handle, FunctionRef function) {
    return handle
        .createQuery(
            """
            SELECT tenant, name, traffic, traffic_revision FROM functions
            WHERE tenant = :tenant AND name = :name
            """)
        .bind("tenant", function.tenant().value())
        .bind("name", function.name().value())
        .map((row, context) -> read(row))
        .findOne()
        .orElse(Traffic.NONE);
  }

  static Map<FunctionRef, Traffic> all(Handle handle) {
    Map<FunctionRef, Traffic> all = new HashMap<>();
    handle
        .createQuery("SELECT tenant, name, traffic, traffic_revision FROM functions")
        .map((row, context) -> Map.entry(function(row), read(row)))
        .forEach(each -> all.put(each.getKey(), each.getValue()));
    return all;
  }

  private static Traffic read(ResultSet row) throws SQLException {
    int revision = row.getInt("traffic_revision");
    @Nullable String kept = row.getString("traffic");
    try {
      return StoredTraffic.read(revision, kept == null ? "{}" : kept);
    } catch (IllegalArgumentException e) {
      LOG.error(
          "A function's traffic cannot be read, so no version gets any. Set it again: leat traffic"
              + " tenant={} function={}",
          row.getString("tenant"),
          row.getString("name"),
          e);
      return StoredTraffic.read(revision, "{}");
    }
  }

  static void write(Handle handle, FunctionRef function, Traffic traffic) {
    handle
        .createUpdate(
            """
            UPDATE functions
            SET traffic = :traffic, traffic_revision = :revision, rollout_due = :due, canary = :canary
            WHERE tenant = :tenant AND name = :name
            """)
        .bind("traffic", StoredTraffic.write(traffic))
        .bind("revision", traffic.revision())
        .bindByType("due", traffic.rollout().flatMap(Rollout::nextAt).orElse(null), Instant.class)
        .bindByType("canary", traffic.canary().map(Rollout::id).orElse(null), Integer.class)
        .bind("tenant", function.tenant().value())
        .bind("name", function.name().value())
        .execute();
    traffic
        .canary()
        .ifPresent(canary -> JdbiSampleStore.forgetOthers(handle, function, canary.id()));
  }

  /** How many canaries of the tenant are under way, but for this function's. */
  static int otherCanaries(Handle handle, FunctionRef function) {
    return handle
        .createQuery(
            """
            SELECT COUNT(*) FROM functions
            WHERE tenant = :tenant AND name <> :name AND canary IS NOT NULL
            """)
        .bind("tenant", function.tenant().value())
        .bind("name", function.name().value())
        .mapTo(Integer.class)
        .one();
  }

  static List<FunctionRef> canaries(Handle handle, int limit, Optional<FunctionRef> after) {
    return handle
        .createQuery(
            """
            SELECT tenant, name FROM functions
            WHERE canary IS NOT NULL AND (tenant > :tenant OR (tenant = :tenant AND name > :name))
            ORDER BY tenant, name LIMIT :limit
            """)
        .bind("tenant", after.map(last -> last.tenant().value()).orElse(""))
        .bind("name", after.map(last -> last.name().value()).orElse(""))
        .bind("limit", limit)
        .map((row, context) -> function(row))
        .list();
  }

  static List<FunctionRef> due(Handle handle, Instant now, int limit) {
    return handle
        .createQuery(
            """
            SELECT tenant, name FROM (
              SELECT tenant, name, rollout_due,
                ROW_NUMBER() OVER (PARTITION BY tenant ORDER BY rollout_due) AS place
              FROM functions WHERE rollout_due <= :now
            ) due ORDER BY place, rollout_due LIMIT :limit
            """)
        .bind("now", now)
        .bind("limit", limit)
        .map((row, context) -> function(row))
        .list();
  }

  static List<Alias> aliases(Handle handle, FunctionRef function) {
    return handle
        .createQuery(
            """
            SELECT * FROM function_aliases WHERE tenant = :tenant AND name = :name ORDER BY alias
            """)
        .bind("tenant", function.tenant().value())
        .bind("name", function.name().value())
        .map((row, context) -> alias(row))
        .list();
  }

  static Map<FunctionRef, List<Alias>> allAliases(Handle handle) {
    Map<FunctionRef, List<Alias>> all = new HashMap<>();
    handle
        .createQuery("SELECT * FROM function_aliases ORDER BY alias")
        .map((row, context) -> Map.entry(function(row), alias(row)))
        .forEach(each ->
            all.computeIfAbsent(each.getKey(), first -> new ArrayList<>()).add(each.getValue()));
    return all;
  }

  static void insert(Handle handle, FunctionRef function, Alias alias) {
    handle
        .createUpdate(
            """
            INSERT INTO function_aliases (tenant, name, alias, number, changed_at, changed_by)
            VALUES (:tenant, :name, :alias, :number, :changedAt, :changedBy)
            """)
        .bind("tenant", function.tenant().value())
        .bind("name", function.name().value())
        .bind("alias", alias.name())
        .bind("number", alias.version())
        .bind("changedAt", alias.changedAt())
        .bind("changedBy", alias.changedBy())
        .execute();
  }

  /** Whether there was one. */
  static boolean remove(Handle handle, FunctionRef function, String alias) {
    return handle.execute(
            "DELETE FROM function_aliases WHERE tenant = ? AND name = ? AND alias = ?",
            function.tenant().value(),
            function.name().value(),
            alias)
        > 0;
  }

  /** Removes the aliases of a function that goes, and what was counted of it. */
  static void forget(Handle handle, FunctionRef function) {
    JdbiUsesStore.forget(handle, function);
    JdbiLogLevelStore.forget(handle, function);
    JdbiSampleStore.forgetOthers(handle, function, 0);
    handle.execute(
        "DELETE FROM function_aliases WHERE tenant = ? AND name = ?",
        function.tenant().value(),
        function.name().value());
  }

  private static FunctionRef function(ResultSet row) throws SQLException {
    return new FunctionRef(
        new TenantId(row.getString("tenant")), new FunctionName(row.getString("name")));
  }

  private static Alias alias(ResultSet row) throws SQLException {
    return new Alias(
        row.getString("alias"),
        row.getInt("number"),
        Database.instant(row, "changed_at"),
        row.getString("changed_by"));
  }
}
