package dev.leat.tenants.jdbi;

import dev.leat.contract.TenantId;
import dev.leat.store.Database;
import dev.leat.tenants.QuotaStore;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;

/** Quotas in the table {@code quotas}: a row for each tenant and name. */
public final class JdbiQuotaStore implements QuotaStore {
  private final Database database;

  public JdbiQuotaStore(DataSource source) {
    this.database = new Database(source);
  }

  @Override
  public boolean change(TenantId tenant, Map<String, Long> put, Set<String> remove) {
    return database.inTransaction(
        "Changing the quotas of tenant " + tenant,
        handle -> {
          if (!TenantRows.lock(handle, tenant)) {
            return false;
          }
          remove.forEach(name -> delete(handle, tenant, name));
          put.forEach((name, limit) -> {
            delete(handle, tenant, name);
            insert(handle, tenant, name, limit);
          });
          return true;
        });
  }

  @Override
  public Optional<Map<String, Long>> find(TenantId tenant) {
    return database.inTransaction(
        "Reading the quotas of tenant " + tenant,
        handle ->
            TenantRows.exists(handle, tenant)
                ? Optional.of(
                    handle
                        .createQuery("SELECT name, amount FROM quotas WHERE tenant = :tenant")
                        .bind("tenant", tenant.value())
                        .map((row, context) ->
                            Map.entry(row.getString("name"), row.getLong("amount")))
                        .stream()
                        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)))
                : Optional.empty());
  }

  @Override
  public Map<TenantId, Map<String, Long>> all() {
    return database.inTransaction(
        "Reading all quotas",
        handle ->
            handle
                .createQuery("SELECT tenant, name, amount FROM quotas")
                .map((row, context) ->
                    new Row(
                        new TenantId(row.getString("tenant")),
                        row.getString("name"),
                        row.getLong("amount")))
                .stream()
                .collect(
                    Collectors.groupingBy(Row::tenant, Collectors.toMap(Row::name, Row::amount))));
  }

  private static void delete(Handle handle, TenantId tenant, String name) {
    handle
        .createUpdate("DELETE FROM quotas WHERE tenant = :tenant AND name = :name")
        .bind("tenant", tenant.value())
        .bind("name", name)
        .execute();
  }

  private static void insert(Handle handle, TenantId tenant, String name, long amount) {
    handle
        .createUpdate("INSERT INTO quotas (tenant, name, amount) VALUES (:tenant, :name, :amount)")
        .bind("tenant", tenant.value())
        .bind("name", name)
        .bind("amount", amount)
        .execute();
  }

  private record Row(TenantId tenant, String name, long amount) {}
}
