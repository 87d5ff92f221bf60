package dev.leat.registry.jdbi;

import dev.leat.audit.AuditEntry;
import dev.leat.audit.jdbi.JdbiAuditStore;
import dev.leat.contract.Allowance;
import dev.leat.contract.Change;
import dev.leat.contract.FunctionName;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.Page;
import dev.leat.contract.TenantId;
import dev.leat.registry.module.ModuleStore;
import dev.leat.registry.module.NameLook;
import dev.leat.registry.module.PublishedModule;
import dev.leat.registry.trust.Signer;
import dev.leat.store.Changes;
import dev.leat.store.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/** Published modules in a table. */
public final class JdbiModuleStore implements ModuleStore {
  private final Database database;
  private final TenantTurns turns;

  public JdbiModuleStore(DataSource source) {
    this(new Database(source));
  }

  JdbiModuleStore(Database database) {
    this(database, new TenantTurns(database));
  }

  /**
   * @param database what keeps or deletes bytes in the same database, by this very object, joins
   *     the transaction of {@code add} or {@code collect}
   * @param turns of that database
   */
  public JdbiModuleStore(Database database, TenantTurns turns) {
    this.database = database;
    this.turns = turns;
  }

  @Override
  public Addition add(
      TenantId tenant,
      PublishedModule module,
      Optional<Signer> signer,
      Allowance allowance,
      AuditEntry entry,
      Runnable storeBytes) {
    Optional<Addition> added =
        turns.inTransactionUnlessTaken(
            tenant,
            "Adding the module " + module.reference(),
            handle -> {
              lock(handle, module.digest());
              Optional<PublishedModule> present =
                  find(handle, tenant, tenant, module.name(), module.version());
              if (present.isPresent() && !present.get().digest().equals(module.digest())) {
                return new Addition.Kept(present.get());
              }
              if (present.isEmpty()) {
                Optional<String> lookalike = lookalike(handle, module);
                if (lookalike.isPresent()) {
                  return new Addition.LooksLike(lookalike.get());
                }
                Addition.Full has = has(handle, tenant);
                if (has.modules() >= allowance.modules()
                    || module.size() > allowance.storedBytes() - has.bytes()) {
                  return has;
                }
              }
              Optional<Addition> notSigned =
                  signer.flatMap(by -> notSigned(handle, by, module.publishedAt()));
              if (notSigned.isPresent()) {
                return notSigned.get();
              }
              storeBytes.run();
              if (present.isEmpty()) {
                insert(handle, module);
              }
              boolean isNewlySigned = signer.isPresent() && sign(handle, module, signer.get());
              if (present.isEmpty() || isNewlySigned) {
                JdbiAuditStore.append(handle, entry);
                Changes.append(handle, new Change.TrustChanged(tenant));
              }
              return new Addition.Kept(present.orElse(module));
            });
    // Another transaction took the name and version just now: this time it is found.
    return added.orElseGet(() -> add(tenant, module, signer, allowance, entry, storeBytes));
  }

  /** Another name of the tenant's own that the module's, which is new, looks like. */
  private static Optional<String> lookalike(Handle handle, PublishedModule module) {
    List<String> names =
        handle
            .createQuery(
                """
                SELECT DISTINCT name FROM modules
                WHERE look = :look AND tenant = :tenant AND publisher = :tenant ORDER BY name
                """)
            .bind("look", NameLook.of(module.name()))
            .bind("tenant", module.tenant().value())
            .mapTo(String.class)
            .list();
    return names.contains(module.name())
        ? Optional.empty()
        : names.stream().filter(name -> NameLook.areAlike(name, module.name())).findFirst();
  }

  /** Why the key may not sign; empty if it may, and will until the transaction ends. */
  private static Optional<Addition> notSigned(Handle handle, Signer by, Instant at) {
    return JdbiKeyStore.lock(handle, by.publisher(), by.kid())
        .map(key -> key.objection(at))
        .orElseGet(() -> Optional.of("The key " + by.kid() + " was just removed."))
        .map(Addition.NotSigned::new);
  }

  /** Keeps who signed the module; gives whether that is new. */
  private static boolean sign(Handle handle, PublishedModule module, Signer by) {
    return handle
            .createUpdate(
                """
                INSERT INTO module_signatures (tenant, digest, publisher, kid, signed_at)
                VALUES (:tenant, :digest, :publisher, :kid, :at) ON CONFLICT DO NOTHING
                """)
            .bind("tenant", module.tenant().value())
            .bind("digest", module.digest().toString())
            .bind("publisher", by.publisher().value())
            .bind("kid", by.kid())
            .bind("at", module.publishedAt())
            .execute()
        > 0;
  }

  /** What the tenant has. In its turn: nothing is added until that ends. */
  static Addition.Full has(Handle handle, TenantId tenant) {
    return handle
        .createQuery(
            """
            SELECT COUNT(*) AS modules, COALESCE(SUM(size_bytes), 0) AS bytes
            FROM modules WHERE tenant = :tenant
            """)
        .bind("tenant", tenant.value())
        .map((row, context) -> new Addition.Full(row.getInt("modules"), row.getLong("bytes")))
        .one();
  }

  @Override
  public Optional<PublishedModule> find(
      TenantId tenant, TenantId publisher, String name, String version) {
    return database.read(
        "Finding the module %s/%s@%s of tenant %s".formatted(publisher, name, version, tenant),
        handle -> find(handle, tenant, publisher, name, version));
  }

  @Override
  public Optional<PublishedModule> find(TenantId tenant, ModuleDigest digest) {
    return database.read(
        "Finding the module " + digest + " of tenant " + tenant,
        handle ->
            handle
                .createQuery(
                    """
                    SELECT * FROM modules WHERE digest = :digest AND tenant = :tenant
                    ORDER BY id DESC LIMIT 1
                    """)
                .bind("digest", digest.toString())
                .bind("tenant", tenant.value())
                .map((row, context) -> read(row))
                .findOne());
  }

  @Override
  public Optional<PublishedModule> newest(TenantId tenant, String name) {
    return database.read(
        "Finding the newest module " + tenant + "/" + name,
        handle ->
            handle
                .createQuery(
                    """
                    SELECT * FROM modules
                    WHERE tenant = :tenant AND publisher = :tenant AND name = :name
                    ORDER BY id DESC LIMIT 1
                    """)
                .bind("tenant", tenant.value())
                .bind("name", name)
                .map((row, context) -> read(row))
                .findOne());
  }

  @Override
  public Map<TenantId, Long> storedBytes() {
    return database.read(
        "Adding up the sizes of modules",
        handle ->
            handle
                .createQuery(
                    """
                    SELECT tenant, CAST(SUM(size_bytes) AS BIGINT) AS bytes
                    FROM modules GROUP BY tenant
                    """)
                .map((row, context) ->
                    Map.entry(new TenantId(row.getString("tenant")), row.getLong("bytes")))
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
  }

  @Override
  public long storedBytes(TenantId tenant) {
    return database.read(
        "Adding up the sizes of the modules of tenant " + tenant,
        handle -> has(handle, tenant).bytes());
  }

  @Override
  public int count(TenantId tenant) {
    return database.read(
        "Counting the modules of tenant " + tenant,
        handle ->
            handle
                .createQuery("SELECT COUNT(*) FROM modules WHERE tenant = :tenant")
                .bind("tenant", tenant.value())
                .mapTo(Integer.class)
                .one());
  }

  @Override
  public Page<PublishedModule> list(TenantId tenant, String nameContains, int limit, long cursor) {
    List<Listed> found =
        database.read(
            "Listing the modules of tenant " + tenant,
            handle ->
                handle
                    .createQuery(
                        """
                        SELECT * FROM modules
                        WHERE tenant = :tenant AND id < :cursor AND POSITION(:text IN name) > 0
                        ORDER BY id DESC LIMIT :limit
                        """)
                    .bind("tenant", tenant.value())
                    .bind("cursor", cursor)
                    .bind("text", nameContains)
                    .bind("limit", limit + 1)
                    .map((row, context) -> new Listed(row.getLong("id"), read(row)))
                    .list());
    Page<Listed> page = Page.of(found, limit, last -> Long.toString(last.id()));
    return new Page<>(page.items().stream().map(Listed::module).toList(), page.next());
  }

  @Override
  public Deletion delete(TenantId tenant, ModuleDigest digest, AuditEntry entry) {
    return turns.inTransaction(
        tenant,
        "Deleting the module " + digest + " of tenant " + tenant,
        handle -> {
          if (!has(handle, tenant, digest)) {
            return new Deletion.NoSuchModule();
          }
          Optional<Deletion> user = user(handle, tenant, digest);
          if (user.isPresent()) {
            return user.get();
          }
          for (String table : List.of("modules", "module_signatures")) {
            handle.execute(
                "DELETE FROM " + table + " WHERE digest = ? AND tenant = ?",
                digest.toString(),
                tenant.value());
          }
          JdbiAuditStore.append(handle, entry);
          return new Deletion.Deleted();
        });
  }

  @Override
  public void collect(ModuleDigest digest, Runnable deleteBytes) {
    database.inTransaction(
        "Deleting the bytes of the module " + digest,
        handle -> {
          lock(handle, digest);
          boolean isUnused = used(handle, Set.of(digest)).isEmpty();
          if (isUnused) {
            deleteBytes.run();
          }
          return isUnused;
        });
  }

  @Override
  public Set<ModuleDigest> unused(Set<ModuleDigest> digests) {
    if (digests.isEmpty()) {
      return Set.of();
    }
    Set<ModuleDigest> unused = new HashSet<>(digests);
    unused.removeAll(database.read("Looking for unused modules", handle -> used(handle, digests)));
    return unused;
  }

  /** Aliases, traffic and rollouts name versions, so these are all that use a module. */
  private static Set<ModuleDigest> used(Handle handle, Set<ModuleDigest> digests) {
    return handle
        .createQuery(
            """
            SELECT digest FROM modules WHERE digest IN (<digests>)
            UNION
            SELECT digest FROM function_versions WHERE digest IN (<digests>)
            """)
        .bindList("digests", digests.stream().map(ModuleDigest::toString).toList())
        .map((row, context) -> ModuleDigest.parse(row.getString("digest")))
        .set();
  }

  @Override
  public Set<ModuleDigest> forget(TenantId tenant, int most) {
    return turns.inTransaction(
        tenant,
        "Forgetting the modules of tenant " + tenant,
        handle -> {
          Set<ModuleDigest> digests =
              handle
                  .createQuery(
                      """
                      SELECT DISTINCT digest FROM modules WHERE tenant = :tenant
                      ORDER BY digest LIMIT :most
                      """)
                  .bind("tenant", tenant.value())
                  .bind("most", most)
                  .map((row, context) -> ModuleDigest.parse(row.getString("digest")))
                  .set();
          for (String table : List.of("modules", "module_signatures")) {
            PreparedBatch each =
                handle.prepareBatch(
                    "DELETE FROM " + table + " WHERE tenant = :tenant AND digest = :digest");
            digests.forEach(digest ->
                each.bind("tenant", tenant.value()).bind("digest", digest.toString()).add());
            if (!digests.isEmpty()) {
              each.execute();
            }
          }
          return digests;
        });
  }

  /**
   * Whether the tenant has a module of this digest. In the tenant's turn: it stays until that ends.
   */
  static boolean has(Handle handle, TenantId tenant, ModuleDigest digest) {
    return handle
            .createQuery("SELECT COUNT(*) FROM modules WHERE digest = :digest AND tenant = :tenant")
            .bind("digest", digest.toString())
            .bind("tenant", tenant.value())
            .mapTo(Integer.class)
            .one()
        > 0;
  }

  /** Waits for whoever stores or deletes bytes of the digest, on any node. */
  static void lock(Handle handle, ModuleDigest digest) {
    String hex = digest.hex();
    handle
        .createQuery("SELECT digit FROM module_locks WHERE digit = :digit FOR UPDATE")
        .bind("digit", hex.substring(hex.length() - 1))
        .mapTo(String.class)
        .one();
  }

  static Optional<PublishedModule> find(
      Handle handle, TenantId tenant, TenantId publisher, String name, String version) {
    return handle
        .createQuery(
            """
            SELECT * FROM modules
            WHERE tenant = :tenant AND publisher = :publisher
            AND name = :name AND version = :version
            """)
        .bind("tenant", tenant.value())
        .bind("publisher", publisher.value())
        .bind("name", name)
        .bind("version", version)
        .map((row, context) -> read(row))
        .findOne();
  }

  static void insert(Handle handle, PublishedModule module) {
    handle
        .createUpdate(
            """
            INSERT INTO modules
              (tenant, publisher, name, version, digest, size_bytes, key_id, published_at, look)
            VALUES
              (:tenant, :publisher, :name, :version, :digest, :size, :keyId, :publishedAt, :look)
            """)
        .bind("tenant", module.tenant().value())
        .bind("publisher", module.publisher().value())
        .bind("look", NameLook.of(module.name()))
        .bind("name", module.name())
        .bind("version", module.version())
        .bind("digest", module.digest().toString())
        .bind("size", module.size())
        .bind("keyId", module.keyId())
        .bind("publishedAt", module.publishedAt())
        .execute();
  }

  private static Optional<Deletion> user(Handle handle, TenantId tenant, ModuleDigest digest) {
    return handle
        .createQuery(
            """
            SELECT name, number FROM function_versions
            WHERE tenant = :tenant AND digest = :digest ORDER BY name, number DESC LIMIT 1
            """)
        .bind("tenant", tenant.value())
        .bind("digest", digest.toString())
        .map((row, context) ->
            (Deletion)
                new Deletion.InUse(new FunctionName(row.getString("name")), row.getInt("number")))
        .findOne();
  }

  static PublishedModule read(ResultSet row) throws SQLException {
    return new PublishedModule(
        new TenantId(row.getString("tenant")),
        new TenantId(row.getString("publisher")),
        row.getString("name"),
        row.getString("version"),
        ModuleDigest.parse(row.getString("digest")),
        row.getLong("size_bytes"),
        row.getString("key_id"),
        Database.instant(row, "published_at"));
  }

  private record Listed(long id, PublishedModule module) {}
}
