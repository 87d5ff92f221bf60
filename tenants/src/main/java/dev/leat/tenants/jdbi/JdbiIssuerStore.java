package dev.leat.tenants.jdbi;

import dev.leat.audit.AuditEntry;
import dev.leat.audit.jdbi.JdbiAuditStore;
import dev.leat.contract.Change;
import dev.leat.contract.TenantId;
import dev.leat.store.Changes;
import dev.leat.store.Database;
import dev.leat.tenants.Issuer;
import dev.leat.tenants.Issuer.RoleRule;
import dev.leat.tenants.IssuerStore;
import dev.leat.tenants.Role;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;

/** Issuers in the tables {@code issuers} and {@code issuer_roles}. */
public final class JdbiIssuerStore implements IssuerStore {
  private final Database database;

  public JdbiIssuerStore(DataSource source) {
    this.database = new Database(source);
  }

  @Override
  public Added add(Issuer issuer, int max) {
    return database.inTransaction(
        "Adding an issuer of tenant " + issuer.tenant(),
        handle -> {
          if (!TenantRows.lock(handle, issuer.tenant())) {
            return Added.NO_SUCH_TENANT;
          }
          List<Issuer> before = find(handle, issuer.tenant());
          if (before.stream().anyMatch(other -> other.name().equals(issuer.name()))) {
            return Added.NAME_TAKEN;
          }
          if (before.size() >= max) {
            return Added.FULL;
          }
          if (!insert(handle, issuer)) {
            return Added.AUDIENCE_TAKEN;
          }
          insertRules(handle, issuer);
          Changes.append(handle, new Change.IssuersChanged(issuer.tenant()));
          JdbiAuditStore.append(
              handle,
              AuditEntry.done(
                  Optional.of(issuer.tenant()), "issuer.add", issuer.name(), issuer.url()));
          return Added.ADDED;
        });
  }

  /** False if there is one of the same URL and audience. */
  private static boolean insert(Handle handle, Issuer issuer) {
    return handle
            .createUpdate(
                """
                INSERT INTO issuers (tenant, name, issuer, jwks, audience, created_at)
                VALUES (:tenant, :name, :issuer, :jwks, :audience, :createdAt)
                ON CONFLICT DO NOTHING
                """)
            .bind("tenant", issuer.tenant().value())
            .bind("name", issuer.name())
            .bind("issuer", issuer.url())
            .bind("jwks", issuer.jwks())
            .bind("audience", issuer.audience())
            .bind("createdAt", issuer.createdAt())
            .execute()
        == 1;
  }

  private static void insertRules(Handle handle, Issuer issuer) {
    int position = 0;
    for (RoleRule rule : issuer.rules()) {
      handle
          .createUpdate(
              """
              INSERT INTO issuer_roles (tenant, issuer, position, claim, expected, role)
              VALUES (:tenant, :issuer, :position, :claim, :expected, :role)
              """)
          .bind("tenant", issuer.tenant().value())
          .bind("issuer", issuer.name())
          .bind("position", position++)
          .bind("claim", rule.claim())
          .bind("expected", rule.value())
          .bind("role", rule.role().word())
          .execute();
    }
  }

  @Override
  public List<Issuer> list(TenantId tenant) {
    return database.inTransaction(
        "Listing the issuers of tenant " + tenant, handle -> find(handle, tenant));
  }

  @Override
  public List<Issuer> all() {
    return database.inTransaction("Reading all issuers", handle -> find(handle, ""));
  }

  @Override
  public boolean remove(TenantId tenant, String name) {
    return database.inTransaction(
        "Removing an issuer of tenant " + tenant,
        handle -> {
          int removed =
              handle.execute(
                  "DELETE FROM issuers WHERE tenant = ? AND name = ?", tenant.value(), name);
          if (removed == 1) {
            Changes.append(handle, new Change.IssuersChanged(tenant));
            JdbiAuditStore.append(
                handle, AuditEntry.done(Optional.of(tenant), "issuer.remove", name, ""));
          }
          return removed == 1;
        });
  }

  private static List<Issuer> find(Handle handle, TenantId tenant) {
    return find(handle, tenant.value());
  }

  /**
   * @param tenant "" for all
   */
  private static List<Issuer> find(Handle handle, String tenant) {
    Map<List<String>, List<RoleRule>> rules = new HashMap<>();
    handle
        .createQuery(
            """
            SELECT tenant, issuer, claim, expected, role FROM issuer_roles
            WHERE :tenant = '' OR tenant = :tenant ORDER BY position
            """)
        .bind("tenant", tenant)
        .map((row, context) ->
            rules
                .computeIfAbsent(
                    List.of(row.getString("tenant"), row.getString("issuer")),
                    key -> new ArrayList<>())
                .add(
                    new RoleRule(
                        row.getString("claim"),
                        row.getString("expected"),
                        Role.ofWord(row.getString("role")).orElseThrow())))
        .list();
    return handle
        .createQuery(
            "SELECT * FROM issuers WHERE :tenant = '' OR tenant = :tenant ORDER BY tenant, name")
        .bind("tenant", tenant)
        .map((row, context) -> issuer(row, rules))
        .list();
  }

  private static Issuer issuer(ResultSet row, Map<List<String>, List<RoleRule>> rules)
      throws SQLException {
    String tenant = row.getString("tenant");
    String name = row.getString("name");
    return new Issuer(
        new TenantId(tenant),
        name,
        row.getString("issuer"),
        row.getString("jwks"),
        row.getString("audience"),
        rules.getOrDefault(List.of(tenant, name), List.of()),
        Database.instant(row, "created_at"));
  }
}
