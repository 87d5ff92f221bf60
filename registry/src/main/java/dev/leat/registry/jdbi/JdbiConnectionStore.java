package dev.leat.registry.jdbi;

import dev.leat.audit.AuditEntry;
import dev.leat.audit.jdbi.JdbiAuditStore;
import dev.leat.contract.Change;
import dev.leat.contract.ConnectionUrl;
import dev.leat.contract.TenantId;
import dev.leat.registry.connection.ConnectionStore;
import dev.leat.registry.connection.TenantConnection;
import dev.leat.store.Changes;
import dev.leat.store.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jdbi.v3.core.Handle;

/** Connections in a table. */
public final class JdbiConnectionStore implements ConnectionStore {
  private final Database database;
  private final TenantTurns turns;

  public JdbiConnectionStore(Database database, TenantTurns turns) {
    this.database = database;
    this.turns = turns;
  }

  @Override
  public Added add(TenantConnection connection, byte[] sealed, long most, AuditEntry entry) {
    TenantId tenant = connection.tenant();
    return turns.inTransaction(
        tenant,
        "Adding the connection " + connection.name() + " of tenant " + tenant,
        handle -> {
          if (JdbiClosingStore.isClosed(handle, tenant)) {
            return Added.CLOSED;
          }
          if (find(handle, tenant, connection.name()).isPresent()) {
            return Added.TAKEN;
          }
          if (count(handle, tenant) >= most) {
            return Added.FULL;
          }
          insert(handle, connection, sealed);
          JdbiAuditStore.append(handle, entry);
          Changes.append(handle, new Change.ConnectionsChanged(tenant));
          return Added.DONE;
        });
  }

  private static void insert(Handle handle, TenantConnection connection, byte[] sealed) {
    handle
        .createUpdate(
            """
            INSERT INTO connections (tenant, name, url, login, password, created_at, created_by)
            VALUES (:tenant, :name, :url, :login, :password, :createdAt, :createdBy)
            """)
        .bind("tenant", connection.tenant().value())
        .bind("name", connection.name())
        .bind("url", connection.url().text())
        .bind("login", connection.user())
        .bind("password", sealed)
        .bind("createdAt", connection.createdAt())
        .bind("createdBy", connection.createdBy())
        .execute();
  }

  @Override
  public List<TenantConnection> list(TenantId tenant) {
    return database.read(
        "Listing the connections of tenant " + tenant,
        handle ->
            handle
                .createQuery("SELECT * FROM connections WHERE tenant = :tenant ORDER BY name")
                .bind("tenant", tenant.value())
                .map((row, context) -> read(row).connection())
                .list());
  }

  @Override
  public Optional<Sealed> find(TenantId tenant, String name) {
    return database.read(
        "Finding the connection " + name + " of tenant " + tenant,
        handle -> find(handle, tenant, name));
  }

  @Override
  public int count(TenantId tenant) {
    return database.read(
        "Counting the connections of tenant " + tenant, handle -> count(handle, tenant));
  }

  @Override
  public boolean delete(TenantId tenant, String name, AuditEntry entry) {
    return database.inTransaction(
        "Deleting the connection " + name + " of tenant " + tenant,
        handle -> {
          boolean was =
              handle.execute(
                      "DELETE FROM connections WHERE tenant = ? AND name = ?", tenant.value(), name)
                  > 0;
          if (was) {
            JdbiAuditStore.append(handle, entry);
            Changes.append(handle, new Change.ConnectionsChanged(tenant));
          }
          return was;
        });
  }

  @Override
  public void forget(TenantId tenant) {
    database.useTransaction(
        "Forgetting the connections of tenant " + tenant,
        handle -> {
          if (handle.execute("DELETE FROM connections WHERE tenant = ?", tenant.value()) > 0) {
            Changes.append(handle, new Change.ConnectionsChanged(tenant));
          }
        });
  }

  @Override
  public int reseal(Predicate<byte[]> isOutdated, UnaryOperator<Sealed> anew) {
    List<Sealed> outdated =
        database.read(
            "Looking for passwords of connections under older keys",
            handle ->
                handle
                    .createQuery("SELECT * FROM connections")
                    .map((row, context) -> read(row))
                    .filter(sealed -> isOutdated.test(sealed.password()))
                    .list());
    int done = 0;
    for (Sealed each : outdated) {
      Sealed by = anew.apply(each);
      done +=
          database.inTransaction(
              "Encrypting the password of a connection anew",
              handle ->
                  handle
                      .createUpdate(
                          """
                          UPDATE connections SET password = :new
                          WHERE tenant = :tenant AND name = :name AND password = :old
                          """)
                      .bind("new", by.password())
                      .bind("tenant", each.connection().tenant().value())
                      .bind("name", each.connection().name())
                      .bind("old", each.password())
                      .execute());
    }
    return done;
  }

  private static Optional<Sealed> find(Handle handle, TenantId tenant, String name) {
    return handle
        .createQuery("SELECT * FROM connections WHERE tenant = :tenant AND name = :name")
        .bind("tenant", tenant.value())
        .bind("name", name)
        .map((row, context) -> read(row))
        .findOne();
  }

  private static int count(Handle handle, TenantId tenant) {
    return handle
        .createQuery("SELECT COUNT(*) FROM connections WHERE tenant = :tenant")
        .bind("tenant", tenant.value())
        .mapTo(Integer.class)
        .one();
  }

  private static Sealed read(ResultSet row) throws SQLException {
    return new Sealed(
        new TenantConnection(
            new TenantId(row.getString("tenant")),
            row.getString("name"),
            ConnectionUrl.of(row.getString("url")),
            row.getString("login"),
            Database.instant(row, "created_at"),
            row.getString("created_by")),
        row.getBytes("password"));
  }
}
