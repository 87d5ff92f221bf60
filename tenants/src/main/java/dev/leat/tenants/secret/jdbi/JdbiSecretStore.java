package dev.leat.tenants.secret.jdbi;

import dev.leat.audit.AuditEntry;
import dev.leat.audit.jdbi.JdbiAuditStore;
import dev.leat.contract.Change;
import dev.leat.contract.TenantId;
import dev.leat.store.Changes;
import dev.leat.store.Database;
import dev.leat.store.encryption.Ciphertext;
import dev.leat.tenants.jdbi.TenantRows;
import dev.leat.tenants.secret.SecretStore;
import dev.leat.tenants.secret.TenantSecret;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;

/** Secrets in the table {@code secrets}; whoever changes a tenant's has locked the tenant's row. */
public final class JdbiSecretStore implements SecretStore {
  private static final String TOLD =
      "SELECT tenant, name, version, size_bytes, created_at, changed_at, changed_by FROM secrets";
  private static final String KEPT = "SELECT tenant, name, version, content FROM secrets";
  private static final String OF_NAME = " WHERE tenant = :tenant AND name = :name";

  private final Database database;

  public JdbiSecretStore(DataSource source) {
    this.database = new Database(source);
  }

  @Override
  public Written set(Setting setting) {
    return database.inTransaction(
        "Setting the secret '%s' of tenant %s".formatted(setting.name(), setting.tenant()),
        handle ->
            TenantRows.lock(handle, setting.tenant())
                ? set(handle, setting)
                : new Written.NoSuchTenant());
  }

  private static Written set(Handle handle, Setting setting) {
    Optional<TenantSecret> before = show(handle, setting.tenant(), setting.name());
    long version = before.map(TenantSecret::version).orElse(0L);
    if (!setting.follows().test(version)) {
      return new Written.NotNext(version);
    }
    Use use = use(handle, setting.tenant());
    Use after =
        new Use(
            use.entries() + (before.isPresent() ? 0 : 1),
            use.bytes() + setting.bytes() - before.map(TenantSecret::bytes).orElse(0));
    if ((before.isEmpty() && after.entries() > setting.room().entries())
        || (after.bytes() > use.bytes() && after.bytes() > setting.room().bytes())) {
      return new Written.Full(use);
    }
    TenantSecret next =
        new TenantSecret(
            setting.tenant(),
            setting.name(),
            version + 1,
            setting.bytes(),
            before.map(TenantSecret::createdAt).orElse(setting.at()),
            setting.at(),
            setting.by());
    put(handle, next, setting.sealed().apply(next.version()), before.isPresent());
    count(handle, setting.tenant(), after);
    Changes.append(handle, new Change.SecretChanged(setting.tenant(), setting.name()));
    record(
        handle,
        setting.tenant(),
        before.isPresent() ? "secret.rotate" : "secret.set",
        setting.name(),
        "version " + next.version());
    return new Written.Done(next);
  }

  private static void put(Handle handle, TenantSecret secret, byte[] content, boolean isThere) {
    handle
        .createUpdate(
            isThere
                ? """
                UPDATE secrets SET version = :version, content = :content, key_id = :key,
                size_bytes = :bytes, changed_at = :changedAt, changed_by = :changedBy
                """
                    + OF_NAME
                : """
                INSERT INTO secrets (tenant, name, version, content, key_id, size_bytes,
                created_at, changed_at, changed_by)
                VALUES (:tenant, :name, :version, :content, :key, :bytes,
                :createdAt, :changedAt, :changedBy)
                """)
        .bind("tenant", secret.tenant().value())
        .bind("name", secret.name())
        .bind("version", secret.version())
        .bind("content", content)
        .bind("key", Ciphertext.key(content))
        .bind("bytes", secret.bytes())
        .bind("createdAt", secret.createdAt())
        .bind("changedAt", secret.changedAt())
        .bind("changedBy", secret.changedBy())
        .execute();
  }

  @Override
  public boolean delete(TenantId tenant, String name) {
    return database.inTransaction(
        "Deleting the secret '%s' of tenant %s".formatted(name, tenant),
        handle -> {
          boolean isTenant = TenantRows.lock(handle, tenant);
          Optional<TenantSecret> found = isTenant ? show(handle, tenant, name) : Optional.empty();
          if (found.isEmpty()) {
            return false;
          }
          Use use = use(handle, tenant);
          handle
              .createUpdate("DELETE FROM secrets" + OF_NAME)
              .bind("tenant", tenant.value())
              .bind("name", name)
              .execute();
          count(handle, tenant, new Use(use.entries() - 1, use.bytes() - found.get().bytes()));
          Changes.append(handle, new Change.SecretChanged(tenant, name));
          record(handle, tenant, "secret.delete", name, "");
          return true;
        });
  }

  /** Who did what with which secret, and nothing of its value. */
  private static void record(
      Handle handle, TenantId tenant, String action, String name, String details) {
    JdbiAuditStore.append(handle, AuditEntry.done(Optional.of(tenant), action, name, details));
  }

  @Override
  public Optional<Sealed> find(TenantId tenant, String name) {
    return database.read(
        "Reading the secret '%s' of tenant %s".formatted(name, tenant),
        handle ->
            handle
                .createQuery(KEPT + OF_NAME)
                .bind("tenant", tenant.value())
                .bind("name", name)
                .map((row, context) -> sealed(row))
                .findOne());
  }

  @Override
  public Optional<TenantSecret> show(TenantId tenant, String name) {
    return database.read(
        "Looking at the secret '%s' of tenant %s".formatted(name, tenant),
        handle -> show(handle, tenant, name));
  }

  private static Optional<TenantSecret> show(Handle handle, TenantId tenant, String name) {
    return handle
        .createQuery(TOLD + OF_NAME)
        .bind("tenant", tenant.value())
        .bind("name", name)
        .map((row, context) -> told(row))
        .findOne();
  }

  @Override
  public List<TenantSecret> list(TenantId tenant, String after, int most) {
    return database.read(
        "Listing the secrets of tenant " + tenant,
        handle ->
            handle
                .createQuery(
                    TOLD + " WHERE tenant = :tenant AND name > :after ORDER BY name LIMIT :most")
                .bind("tenant", tenant.value())
                .bind("after", after)
                .bind("most", most)
                .map((row, context) -> told(row))
                .list());
  }

  @Override
  public List<String> missing(TenantId tenant, List<String> names) {
    Set<String> there =
        database.read(
            "Looking for secrets of tenant " + tenant,
            handle ->
                new HashSet<>(
                    handle
                        .createQuery(
                            "SELECT name FROM secrets WHERE tenant = :tenant AND name IN (<names>)")
                        .bind("tenant", tenant.value())
                        .bindList("names", names)
                        .mapTo(String.class)
                        .list()));
    return names.stream().filter(name -> !there.contains(name)).toList();
  }

  @Override
  public Use use(TenantId tenant) {
    return database.read(
        "Reading how many secrets tenant " + tenant + " has", handle -> use(handle, tenant));
  }

  private static Use use(Handle handle, TenantId tenant) {
    return handle
        .createQuery("SELECT entries, bytes FROM secret_use WHERE tenant = :tenant")
        .bind("tenant", tenant.value())
        .map((row, context) -> new Use(row.getLong("entries"), row.getLong("bytes")))
        .findOne()
        .orElse(new Use(0, 0));
  }

  private static void count(Handle handle, TenantId tenant, Use use) {
    int updated =
        handle.execute(
            "UPDATE secret_use SET entries = ?, bytes = ? WHERE tenant = ?",
            use.entries(),
            use.bytes(),
            tenant.value());
    if (updated == 0) {
      handle.execute(
          "INSERT INTO secret_use (tenant, entries, bytes) VALUES (?, ?, ?)",
          tenant.value(),
          use.entries(),
          use.bytes());
    }
  }

  @Override
  public List<String> keys() {
    return database.read(
        "Reading which keys secrets are under",
        handle ->
            handle
                .createQuery("SELECT DISTINCT key_id FROM secrets ORDER BY key_id")
                .mapTo(String.class)
                .list());
  }

  @Override
  public List<Sealed> under(String key, Optional<Sealed> after, int most) {
    return database.read(
        "Reading secrets that are under the key " + key,
        handle ->
            handle
                .createQuery(
                    KEPT
                        + " WHERE key_id = :key"
                        + " AND (tenant > :tenant OR (tenant = :tenant AND name > :name))"
                        + " ORDER BY tenant, name LIMIT :most")
                .bind("key", key)
                .bind("tenant", after.map(sealed -> sealed.tenant().value()).orElse(""))
                .bind("name", after.map(Sealed::name).orElse(""))
                .bind("most", most)
                .map((row, context) -> sealed(row))
                .list());
  }

  @Override
  public boolean replace(Sealed found, byte[] content) {
    return database.inTransaction(
        "Encrypting the secret '%s' of tenant %s by another key"
            .formatted(found.name(), found.tenant()),
        handle ->
            handle
                    .createUpdate(
                        "UPDATE secrets SET content = :content, key_id = :key"
                            + OF_NAME
                            + " AND version = :version AND content = :found")
                    .bind("tenant", found.tenant().value())
                    .bind("name", found.name())
                    .bind("version", found.version())
                    .bind("found", found.content())
                    .bind("content", content)
                    .bind("key", Ciphertext.key(content))
                    .execute()
                == 1);
  }

  private static Sealed sealed(ResultSet row) throws SQLException {
    return new Sealed(
        new TenantId(row.getString("tenant")),
        row.getString("name"),
        row.getLong("version"),
        row.getBytes("content"));
  }

  private static TenantSecret told(ResultSet row) throws SQLException {
    return new TenantSecret(
        new TenantId(row.getString("tenant")),
        row.getString("name"),
        row.getLong("version"),
        row.getInt("size_bytes"),
        Database.instant(row, "created_at"),
        Database.instant(row, "changed_at"),
        row.getString("changed_by"));
  }
}
