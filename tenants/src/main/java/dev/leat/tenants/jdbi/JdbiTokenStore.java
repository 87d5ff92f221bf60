package dev.leat.tenants.jdbi;

import dev.leat.audit.AuditEntry;
import dev.leat.audit.jdbi.JdbiAuditStore;
import dev.leat.contract.Change;
import dev.leat.contract.TenantId;
import dev.leat.store.Changes;
import dev.leat.store.Database;
import dev.leat.tenants.FunctionScope;
import dev.leat.tenants.Role;
import dev.leat.tenants.Token;
import dev.leat.tenants.TokenPosition;
import dev.leat.tenants.TokenStore;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;

/**
 * Tokens in the table {@code tokens}; the revoked ones also, and after their tenant's end only, in
 * {@code revoked_tokens}. The platform's tokens have the tenant "".
 */
public final class JdbiTokenStore implements TokenStore {
  private static final String SELECT =
      """
      SELECT t.id, t.tenant, t.subject, t.roles, t.functions, t.issued_at, t.expires_at, r.id AS revoked_id
      FROM tokens t LEFT JOIN revoked_tokens r ON r.id = t.id
      WHERE t.tenant = :tenant
      """;

  private static final Pattern COMMA = Pattern.compile(",");

  private final Database database;

  public JdbiTokenStore(DataSource source) {
    this.database = new Database(source);
  }

  @Override
  public Added add(Token token, int max) {
    return database.inTransaction(
        "Adding a token of tenant " + column(token.tenant()),
        handle -> {
          if (token.tenant().isPresent() && !TenantRows.lock(handle, token.tenant().get())) {
            return new Added.NoSuchTenant();
          }
          if (count(handle, token.tenant()) >= max) {
            return new Added.Full();
          }
          JdbiSigningKeyStore.lock(handle);
          insert(handle, token);
          return new Added.Kept(JdbiSigningKeyStore.signing(handle).orElseThrow());
        });
  }

  @Override
  public Optional<List<Token>> list(
      Optional<TenantId> tenant, Instant now, Optional<TokenPosition> after, int limit) {
    String from =
        after.isEmpty()
            ? ""
            : "AND (t.issued_at < :issuedAt OR (t.issued_at = :issuedAt AND t.id > :id)) ";
    return database.inTransaction(
        "Listing the tokens of tenant " + column(tenant),
        handle ->
            tenant.isPresent() && !TenantRows.exists(handle, tenant.get())
                ? Optional.empty()
                : Optional.of(
                    handle
                        .createQuery(
                            SELECT
                                + "AND t.expires_at > :now "
                                + from
                                + "ORDER BY t.issued_at DESC, t.id LIMIT :limit")
                        .bind("tenant", column(tenant))
                        .bind("now", now)
                        .bind("limit", limit)
                        .bindMap(
                            after
                                .<Map<String, Object>>map(
                                    last -> Map.of("issuedAt", last.issuedAt(), "id", last.id()))
                                .orElse(Map.of()))
                        .map((row, context) -> token(row))
                        .list()));
  }

  @Override
  public Optional<Token> revoke(Optional<TenantId> tenant, String id) {
    return database.inTransaction(
        "Revoking a token of tenant " + column(tenant),
        handle -> {
          int revoked =
              handle
                  .createUpdate(
                      """
                      INSERT INTO revoked_tokens (id, expires_at)
                      SELECT id, expires_at FROM tokens WHERE tenant = :tenant AND id = :id
                      ON CONFLICT DO NOTHING
                      """)
                  .bind("tenant", column(tenant))
                  .bind("id", id)
                  .execute();
          Optional<Token> token = find(handle, tenant, id);
          if (revoked == 1) {
            Changes.append(handle, new Change.TokenRevoked(id));
            JdbiAuditStore.append(handle, AuditEntry.done(tenant, "token.revoke", id, ""));
          }
          return token;
        });
  }

  private static Optional<Token> find(Handle handle, Optional<TenantId> tenant, String id) {
    return handle
        .createQuery(SELECT + "AND t.id = :id")
        .bind("tenant", column(tenant))
        .bind("id", id)
        .map((row, context) -> token(row))
        .findOne();
  }

  @Override
  public Map<String, Instant> revoked() {
    return database.inTransaction(
        "Reading the revoked tokens",
        handle ->
            handle
                .createQuery("SELECT id, expires_at FROM revoked_tokens")
                .map((row, context) ->
                    Map.entry(row.getString("id"), Database.instant(row, "expires_at")))
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
  }

  @Override
  public Optional<Instant> revoked(String id) {
    return database.read(
        "Reading whether a token is revoked",
        handle ->
            handle
                .createQuery("SELECT expires_at FROM revoked_tokens WHERE id = :id")
                .bind("id", id)
                .map((row, context) -> Database.instant(row, "expires_at"))
                .findOne());
  }

  @Override
  public void forget(Instant expired) {
    database.useTransaction(
        "Forgetting expired tokens",
        handle ->
            List.of("tokens", "revoked_tokens")
                .forEach(table ->
                    handle
                        .createUpdate("DELETE FROM " + table + " WHERE expires_at <= :expired")
                        .bind("expired", expired)
                        .execute()));
  }

  private static int count(Handle handle, Optional<TenantId> tenant) {
    return handle
        .createQuery("SELECT count(*) FROM tokens WHERE tenant = :tenant")
        .bind("tenant", column(tenant))
        .mapTo(int.class)
        .one();
  }

  private static void insert(Handle handle, Token token) {
    handle
        .createUpdate(
            """
            INSERT INTO tokens (id, tenant, subject, roles, functions, issued_at, expires_at)
            VALUES (:id, :tenant, :subject, :roles, :functions, :issuedAt, :expiresAt)
            """)
        .bind("id", token.id())
        .bind("tenant", column(token.tenant()))
        .bind("subject", token.subject())
        .bind("roles", words(token.roles()))
        .bind("functions", String.join(",", token.scope().patterns()))
        .bind("issuedAt", token.issuedAt())
        .bind("expiresAt", token.expiresAt())
        .execute();
    JdbiAuditStore.append(
        handle,
        AuditEntry.done(
            token.tenant(),
            "token.create",
            token.id(),
            "subject " + token.subject() + ", roles " + words(token.roles())));
  }

  private static String words(Set<Role> roles) {
    return roles.stream().sorted().map(Role::word).collect(Collectors.joining(","));
  }

  private static String column(Optional<TenantId> tenant) {
    return tenant.map(TenantId::value).orElse("");
  }

  private static Token token(ResultSet row) throws SQLException {
    String tenant = row.getString("tenant");
    String functions = row.getString("functions");
    return new Token(
        row.getString("id"),
        tenant.isEmpty() ? Optional.empty() : Optional.of(new TenantId(tenant)),
        row.getString("subject"),
        COMMA
            .splitAsStream(row.getString("roles"))
            .map(word -> Role.ofWord(word).orElseThrow())
            .collect(Collectors.toSet()),
        functions.isEmpty()
            ? FunctionScope.ALL
            : FunctionScope.of(COMMA.splitAsStream(functions).toList()),
        Database.instant(row, "issued_at"),
        Database.instant(row, "expires_at"),
        row.getString("revoked_id") != null);
  }
}
