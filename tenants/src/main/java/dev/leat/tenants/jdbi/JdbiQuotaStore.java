package dev.leat.tenants.jdbi;

import dev.leat.audit.AuditEntry;
import dev.leat.audit.jdbi.JdbiAuditStore;
import dev.leat.contract.Answer;
import dev.leat.contract.Change;
import dev.leat.contract.TenantId;
import dev.leat.store.Changes;
import dev.leat.store.Database;
import dev.leat.tenants.QuotaStore;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
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
  public Optional<Answer<Map<String, Long>>> change(
      TenantId tenant, Function<Map<String, Long>, Answer<Map<String, Long>>> decide) {
    return database.inTransaction(
        "Changing the quotas of tenant " + tenant,
        handle -> {
          if (!TenantRows.lock(handle, tenant)) {
            return Optional.empty();
          }
          Map<String, Long> before = quotas(handle, tenant);
          Answer<Map<String, Long>> answer = decide.apply(before);
          if (answer instanceof Answer.Done<Map<String, Long>>(Map<String, Long> after)
              && !after.equals(before)) {
            handle.execute("DELETE FROM quotas WHERE tenant = ?", tenant.value());
            after.forEach((name, limit) -> insert(handle, tenant, name, limit));
            Changes.append(handle, new Change.QuotaChanged(tenant));
            JdbiAuditStore.append(
                handle,
                AuditEntry.done(
                    Optional.of(tenant), "quota.set", tenant.value(), after.toString()));
          }
          return Optional.of(answer);
        });
  }

  @Override
  public Optional<Map<String, Long>> find(TenantId tenant) {
    return database.inTransaction(
        "Reading the quotas of tenant " + tenant,
        handle ->
            TenantRows.exists(handle, tenant)
                ? Optional.of(quotas(handle, tenant))
                : Optional.empty());
  }

  private static Map<String, Long> quotas(Handle handle, TenantId tenant) {
    return handle
        .createQuery("SELECT name, amount FROM quotas WHERE tenant = :tenant")
        .bind("tenant", tenant.value())
        .map((row, context) -> Map.entry(row.getString("name"), row.getLong("amount")))
        .stream()
        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
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
