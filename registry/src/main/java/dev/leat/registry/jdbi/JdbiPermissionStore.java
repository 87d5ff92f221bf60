package dev.leat.registry.jdbi;

import dev.leat.audit.AuditEntry;
import dev.leat.audit.jdbi.JdbiAuditStore;
import dev.leat.contract.Answer;
import dev.leat.contract.Change;
import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.TenantId;
import dev.leat.contract.permission.FunctionPermissions;
import dev.leat.registry.permission.PermissionSet;
import dev.leat.registry.permission.PermissionStore;
import dev.leat.registry.permission.StoredPermissions;
import dev.leat.store.Changes;
import dev.leat.store.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What functions may, a row each. */
public final class JdbiPermissionStore implements PermissionStore {
  private static final Logger LOG = LoggerFactory.getLogger(JdbiPermissionStore.class);

  private final Database database;
  private final TenantTurns turns;

  /**
   * @param turns those of the functions' store: whether one is deployed is asked in its turn
   */
  public JdbiPermissionStore(Database database, TenantTurns turns) {
    this.database = database;
    this.turns = turns;
  }

  @Override
  public Optional<Answer<Optional<PermissionSet>>> change(
      TenantId tenant,
      FunctionName name,
      Function<Optional<PermissionSet>, Answer<Optional<PermissionSet>>> decide) {
    FunctionRef function = new FunctionRef(tenant, name);
    return turns.inTransaction(
        tenant,
        "Changing the permissions of " + function,
        handle -> {
          Optional<PermissionSet> before = find(handle, function);
          if (before.isEmpty() && !isDeployed(handle, function)) {
            return Optional.empty();
          }
          Answer<Optional<PermissionSet>> answer = decide.apply(before);
          if (answer instanceof Answer.Done<Optional<PermissionSet>>(Optional<PermissionSet> after)
              && !after.equals(before)) {
            write(handle, function, after);
          }
          return Optional.of(answer);
        });
  }

  static boolean isDeployed(Handle handle, FunctionRef function) {
    return handle
        .createQuery(
            """
            SELECT 1 FROM functions
            WHERE tenant = :tenant AND name = :name AND route_path IS NOT NULL
            """)
        .bind("tenant", function.tenant().value())
        .bind("name", function.name().value())
        .mapTo(Integer.class)
        .findOne()
        .isPresent();
  }

  private static void write(Handle handle, FunctionRef function, Optional<PermissionSet> after) {
    handle.execute(
        "DELETE FROM function_permissions WHERE tenant = ? AND name = ?",
        function.tenant().value(),
        function.name().value());
    after.ifPresent(set ->
        handle
            .createUpdate(
                """
                INSERT INTO function_permissions (tenant, name, permissions, changed_at, changed_by)
                VALUES (:tenant, :name, :permissions, :changedAt, :changedBy)
                """)
            .bind("tenant", function.tenant().value())
            .bind("name", function.name().value())
            .bind("permissions", StoredPermissions.write(set.permissions()))
            .bind("changedAt", set.changedAt())
            .bind("changedBy", Database.storable(set.changedBy()))
            .execute());
    JdbiAuditStore.append(
        handle,
        AuditEntry.done(
            Optional.of(function.tenant()),
            after.isPresent() ? "permissions.set" : "permissions.clear",
            function.toString(),
            after.map(set -> set.permissions().toString()).orElse("")));
    Changes.append(handle, new Change.PermissionsChanged(function));
  }

  @Override
  public Optional<PermissionSet> find(TenantId tenant, FunctionName name) {
    FunctionRef function = new FunctionRef(tenant, name);
    return database.read(
        "Reading the permissions of " + function, handle -> find(handle, function));
  }

  private static Optional<PermissionSet> find(Handle handle, FunctionRef function) {
    return handle
        .createQuery("SELECT * FROM function_permissions WHERE tenant = :tenant AND name = :name")
        .bind("tenant", function.tenant().value())
        .bind("name", function.name().value())
        .map((row, context) ->
            new PermissionSet(
                permissions(row), Database.instant(row, "changed_at"), row.getString("changed_by")))
        .findOne();
  }

  @Override
  public Map<FunctionRef, FunctionPermissions> all() {
    return database.read(
        "Reading all permissions",
        handle ->
            handle
                .createQuery("SELECT * FROM function_permissions")
                .map((row, context) -> Map.entry(function(row), permissions(row)))
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
  }

  @Override
  public int count(TenantId tenant) {
    return database.read(
        "Counting the permissions of tenant " + tenant,
        handle ->
            handle
                .createQuery("SELECT COUNT(*) FROM function_permissions WHERE tenant = :tenant")
                .bind("tenant", tenant.value())
                .mapTo(Integer.class)
                .one());
  }

  @Override
  public void forget(TenantId tenant) {
    database.useTransaction(
        "Forgetting the permissions of tenant " + tenant,
        handle -> {
          int rows =
              handle.execute("DELETE FROM function_permissions WHERE tenant = ?", tenant.value());
          if (rows > 0) {
            Changes.append(handle, new Change.PermissionsForgotten(tenant));
          }
        });
  }

  private static FunctionRef function(ResultSet row) throws SQLException {
    return new FunctionRef(
        new TenantId(row.getString("tenant")), new FunctionName(row.getString("name")));
  }

  private static FunctionPermissions permissions(ResultSet row) throws SQLException {
    try {
      return StoredPermissions.read(row.getString("permissions"));
    } catch (IllegalArgumentException e) {
      LOG.error(
          "Permissions that cannot be read allow nothing. Set them again function={}",
          function(row),
          e);
      return new FunctionPermissions(List.of());
    }
  }
}
