package dev.leat.tenants.jdbi;

import dev.leat.audit.AuditEntry;
import dev.leat.audit.jdbi.JdbiAuditStore;
import dev.leat.contract.Answer;
import dev.leat.contract.Change;
import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.TenantId;
import dev.leat.store.Changes;
import dev.leat.store.Database;
import dev.leat.tenants.QuotaScope;
import dev.leat.tenants.QuotaStore;
import dev.leat.tenants.TenantLimits;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collector;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;

/**
 * Quotas in tables: a row for each tenant and name in {@code quotas}, for each function and name in
 * {@code function_quotas}, for each name of the default in {@code default_quotas}.
 */
public final class JdbiQuotaStore implements QuotaStore {
  private final Database database;

  public JdbiQuotaStore(DataSource source) {
    this.database = new Database(source);
  }

  @Override
  public Optional<Answer<Map<String, Long>>> change(
      QuotaScope scope, Function<Map<String, Long>, Answer<Map<String, Long>>> decide) {
    return database.inTransaction(
        "Changing the quotas of " + scope.words(),
        handle -> {
          Table table = Table.of(scope);
          if (!table.lock(handle)) {
            return Optional.empty();
          }
          Map<String, Long> before = table.read(handle);
          Answer<Map<String, Long>> answer = decide.apply(before);
          if (answer instanceof Answer.Done<Map<String, Long>>(Map<String, Long> after)
              && !after.equals(before)) {
            table.write(handle, after);
            Changes.append(handle, table.change());
            JdbiAuditStore.append(handle, entry(scope, after));
          }
          return Optional.of(answer);
        });
  }

  private static AuditEntry entry(QuotaScope scope, Map<String, Long> after) {
    String now = new TreeMap<>(after).toString();
    return switch (scope) {
      case QuotaScope.EveryTenant() ->
          AuditEntry.done(Optional.empty(), "quota.set", "default", now);
      case QuotaScope.OfTenant(TenantId tenant) ->
          AuditEntry.done(Optional.of(tenant), "quota.set", tenant.value(), now);
      case QuotaScope.OfFunction(FunctionRef function) ->
          AuditEntry.done(Optional.of(function.tenant()), "quota.set", function.toString(), now);
    };
  }

  @Override
  public Optional<Map<String, Long>> find(QuotaScope scope) {
    return database.inTransaction(
        "Reading the quotas of " + scope.words(),
        handle -> {
          Table table = Table.of(scope);
          return table.exists(handle) ? Optional.of(table.read(handle)) : Optional.empty();
        });
  }

  @Override
  public TenantLimits of(TenantId tenant) {
    return database.inTransaction(
        "Reading all quotas of tenant " + tenant,
        handle ->
            new TenantLimits(
                new OfTenant(tenant).read(handle),
                handle
                    .createQuery("SELECT * FROM function_quotas WHERE tenant = :tenant")
                    .bind("tenant", tenant.value())
                    .map((row, context) ->
                        new Row(
                            tenant,
                            new FunctionName(row.getString("function")),
                            row.getString("name"),
                            row.getLong("amount")))
                    .stream()
                    .collect(byFunction())));
  }

  @Override
  public Map<TenantId, TenantLimits> all() {
    return database.inTransaction(
        "Reading all quotas",
        handle -> {
          Map<TenantId, Map<String, Long>> own =
              handle
                  .createQuery("SELECT tenant, name, amount FROM quotas")
                  .map((row, context) ->
                      Map.entry(
                          new TenantId(row.getString("tenant")),
                          Map.entry(row.getString("name"), row.getLong("amount"))))
                  .stream()
                  .collect(
                      Collectors.groupingBy(
                          Map.Entry::getKey,
                          Collectors.toMap(
                              row -> row.getValue().getKey(), row -> row.getValue().getValue())));
          Map<TenantId, Map<FunctionName, Map<String, Long>>> functions =
              handle
                  .createQuery("SELECT * FROM function_quotas")
                  .map((row, context) ->
                      new Row(
                          new TenantId(row.getString("tenant")),
                          new FunctionName(row.getString("function")),
                          row.getString("name"),
                          row.getLong("amount")))
                  .stream()
                  .collect(Collectors.groupingBy(Row::tenant, byFunction()));
          Set<TenantId> tenants = new HashSet<>(own.keySet());
          tenants.addAll(functions.keySet());
          Map<TenantId, TenantLimits> all = new HashMap<>();
          tenants.forEach(tenant ->
              all.put(
                  tenant,
                  new TenantLimits(
                      own.getOrDefault(tenant, Map.of()),
                      functions.getOrDefault(tenant, Map.of()))));
          return all;
        });
  }

  private static Collector<Row, ?, Map<FunctionName, Map<String, Long>>> byFunction() {
    return Collectors.groupingBy(Row::function, Collectors.toMap(Row::name, Row::amount));
  }

  private record Row(TenantId tenant, FunctionName function, String name, long amount) {}

  /** The rows of one scope. */
  private sealed interface Table {
    static Table of(QuotaScope scope) {
      return switch (scope) {
        case QuotaScope.EveryTenant() -> new Defaults();
        case QuotaScope.OfTenant(TenantId tenant) -> new OfTenant(tenant);
        case QuotaScope.OfFunction(FunctionRef function) -> new OfFunction(function);
      };
    }

    /** Whether whom it is for exists. */
    boolean exists(Handle handle);

    /** The same; if so, nobody else changes these rows before this transaction ends. */
    boolean lock(Handle handle);

    String name();

    /** The columns, other than a quota's name and amount, that its rows have. */
    Map<String, String> key();

    Change change();

    default Map<String, Long> read(Handle handle) {
      return handle
          .createQuery("SELECT name, amount FROM " + name() + where())
          .bindMap(key())
          .map((row, context) -> Map.entry(row.getString("name"), row.getLong("amount")))
          .stream()
          .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    default void write(Handle handle, Map<String, Long> quotas) {
      handle.createUpdate("DELETE FROM " + name() + where()).bindMap(key()).execute();
      List<String> columns = key().keySet().stream().sorted().toList();
      String insert =
          "INSERT INTO %s (%s name, amount) VALUES (%s :name, :amount)"
              .formatted(
                  name(),
                  columns.stream().map(column -> column + ",").collect(Collectors.joining(" ")),
                  columns.stream()
                      .map(column -> ":" + column + ",")
                      .collect(Collectors.joining(" ")));
      quotas.forEach((quota, amount) ->
          handle
              .createUpdate(insert)
              .bindMap(key())
              .bind("name", quota)
              .bind("amount", amount)
              .execute());
    }

    private String where() {
      return key().isEmpty()
          ? ""
          : key().keySet().stream()
              .sorted()
              .map(column -> column + " = :" + column)
              .collect(Collectors.joining(" AND ", " WHERE ", ""));
    }
  }

  private record Defaults() implements Table {
    @Override
    public boolean exists(Handle handle) {
      return true;
    }

    @Override
    public boolean lock(Handle handle) {
      return handle.execute("UPDATE default_quotas_lock SET taken = taken + 1") == 1;
    }

    @Override
    public String name() {
      return "default_quotas";
    }

    @Override
    public Map<String, String> key() {
      return Map.of();
    }

    @Override
    public Change change() {
      return new Change.DefaultQuotaChanged();
    }
  }

  private record OfTenant(TenantId tenant) implements Table {
    @Override
    public boolean exists(Handle handle) {
      return TenantRows.exists(handle, tenant);
    }

    @Override
    public boolean lock(Handle handle) {
      return TenantRows.lock(handle, tenant);
    }

    @Override
    public String name() {
      return "quotas";
    }

    @Override
    public Map<String, String> key() {
      return Map.of("tenant", tenant.value());
    }

    @Override
    public Change change() {
      return new Change.QuotaChanged(tenant);
    }
  }

  private record OfFunction(FunctionRef function) implements Table {
    @Override
    public boolean exists(Handle handle) {
      return TenantRows.exists(handle, function.tenant());
    }

    @Override
    public boolean lock(Handle handle) {
      return TenantRows.lock(handle, function.tenant());
    }

    @Override
    public String name() {
      return "function_quotas";
    }

    @Override
    public Map<String, String> key() {
      return Map.of("tenant", function.tenant().value(), "function", function.name().value());
    }

    @Override
    public Change change() {
      return new Change.QuotaChanged(function.tenant());
    }
  }
}
