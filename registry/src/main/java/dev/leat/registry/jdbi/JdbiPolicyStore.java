package dev.leat.registry.jdbi;

import dev.leat.audit.AuditEntry;
import dev.leat.audit.jdbi.JdbiAuditStore;
import dev.leat.contract.Change;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.TenantId;
import dev.leat.registry.trust.ModuleSignature;
import dev.leat.registry.trust.OnRevoke;
import dev.leat.registry.trust.PolicyStore;
import dev.leat.registry.trust.TrustPolicy;
import dev.leat.store.Changes;
import dev.leat.store.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/** Policies in a table with a row for each tenant that has set one, signatures in another. */
public final class JdbiPolicyStore implements PolicyStore {
  private final Database database;
  private final TenantTurns turns;

  /**
   * @param turns those of the modules' store
   */
  public JdbiPolicyStore(Database database, TenantTurns turns) {
    this.database = database;
    this.turns = turns;
  }

  @Override
  public TrustPolicy find(TenantId tenant) {
    return database.read(
        "Reading the policy of tenant " + tenant, handle -> policy(handle, tenant));
  }

  @Override
  public TrustPolicy change(
      TenantId tenant, UnaryOperator<TrustPolicy> next, Function<TrustPolicy, AuditEntry> entry) {
    return turns.inTransaction(
        tenant,
        "Setting the policy of tenant " + tenant,
        handle -> {
          TrustPolicy before = policy(handle, tenant);
          TrustPolicy after = next.apply(before);
          if (!after.equals(before)) {
            write(handle, tenant, after);
            JdbiAuditStore.append(handle, entry.apply(after));
            Changes.append(handle, new Change.TrustChanged(tenant));
          }
          return after;
        });
  }

  private static void write(Handle handle, TenantId tenant, TrustPolicy policy) {
    handle.execute("DELETE FROM trust_policies WHERE tenant = ?", tenant.value());
    handle.execute(
        """
        INSERT INTO trust_policies (tenant, requires_signature, trusts_any, on_revoke)
        VALUES (?, ?, ?, ?)
        """,
        tenant.value(),
        policy.requiresSignature(),
        policy.trusted().isEmpty(),
        policy.onRevoke().word());
    Set<TenantId> trusted = policy.trusted().orElse(Set.of());
    PreparedBatch each =
        handle.prepareBatch(
            "INSERT INTO trusted_publishers (tenant, publisher) VALUES (:tenant, :publisher)");
    trusted.forEach(publisher ->
        each.bind("tenant", tenant.value()).bind("publisher", publisher.value()).add());
    if (!trusted.isEmpty()) {
      each.execute();
    }
  }

  @Override
  public List<ModuleSignature> signatures(TenantId tenant, ModuleDigest digest) {
    return database.read(
        "Reading the signatures of the module " + digest + " of tenant " + tenant,
        handle -> signatures(handle, tenant, digest));
  }

  @Override
  public Set<ModuleDigest> drained(TenantId tenant) {
    return database.read(
        "Reading the drained modules of tenant " + tenant, handle -> drained(handle, tenant));
  }

  @Override
  public Map<TenantId, Set<ModuleDigest>> drained() {
    return database.read(
        "Reading the drained modules",
        handle -> {
          Map<TenantId, Set<ModuleDigest>> all = new HashMap<>();
          for (TenantId tenant : draining(handle)) {
            Set<ModuleDigest> drained = drained(handle, tenant);
            if (!drained.isEmpty()) {
              all.put(tenant, drained);
            }
          }
          return all;
        });
  }

  private static List<TenantId> draining(Handle handle) {
    return handle
        .createQuery("SELECT tenant FROM trust_policies WHERE on_revoke = :drain")
        .bind("drain", OnRevoke.DRAIN.word())
        .map((row, context) -> new TenantId(row.getString("tenant")))
        .list();
  }

  private static Set<ModuleDigest> drained(Handle handle, TenantId tenant) {
    TrustPolicy policy = policy(handle, tenant);
    if (policy.onRevoke() != OnRevoke.DRAIN) {
      return Set.of();
    }
    Map<ModuleDigest, List<ModuleSignature>> touched =
        handle
            .createQuery(
                """
                SELECT * FROM module_signatures WHERE tenant = :tenant AND digest IN
                  (SELECT digest FROM module_signatures
                   WHERE tenant = :tenant AND revoked_at IS NOT NULL)
                """)
            .bind("tenant", tenant.value())
            .map((row, context) ->
                Map.entry(ModuleDigest.parse(row.getString("digest")), signature(row)))
            .stream()
            .collect(
                Collectors.groupingBy(
                    Map.Entry::getKey,
                    Collectors.mapping(Map.Entry::getValue, Collectors.toList())));
    return touched.entrySet().stream()
        .filter(each -> policy.drains(each.getValue()))
        .map(Map.Entry::getKey)
        .collect(Collectors.toUnmodifiableSet());
  }

  @Override
  public void forget(TenantId tenant) {
    database.useTransaction(
        "Forgetting the policy of tenant " + tenant,
        handle -> {
          String name = tenant.value();
          // Of an earlier publisher of that name there may be the very same.
          handle.execute(
              """
              DELETE FROM module_signatures earlier
              WHERE publisher = ? AND tenant <> ? AND is_orphan = TRUE AND EXISTS
                (SELECT 1 FROM module_signatures later
                 WHERE later.tenant = earlier.tenant AND later.digest = earlier.digest
                 AND later.publisher = earlier.publisher AND later.kid = earlier.kid
                 AND later.is_orphan = FALSE)
              """,
              name,
              name);
          handle.execute(
              """
              UPDATE module_signatures SET is_orphan = TRUE, was_trusted =
                (tenant NOT IN (SELECT tenant FROM trust_policies WHERE trusts_any = FALSE)
                 OR tenant IN (SELECT tenant FROM trusted_publishers WHERE publisher = ?))
              WHERE publisher = ? AND tenant <> ? AND is_orphan = FALSE
              """,
              name,
              name,
              name);
          handle.execute("DELETE FROM trusted_publishers WHERE publisher = ?", name);
          int had = handle.execute("DELETE FROM trust_policies WHERE tenant = ?", name);
          if (had > 0) {
            Changes.append(handle, new Change.TrustChanged(tenant));
          }
        });
  }

  static TrustPolicy policy(Handle handle, TenantId tenant) {
    return handle
        .createQuery("SELECT * FROM trust_policies WHERE tenant = :tenant")
        .bind("tenant", tenant.value())
        .map((row, context) ->
            new TrustPolicy(
                row.getBoolean("requires_signature"),
                row.getBoolean("trusts_any")
                    ? Optional.empty()
                    : Optional.of(trusted(handle, tenant)),
                OnRevoke.ofWord(row.getString("on_revoke")).orElseThrow()))
        .findOne()
        .orElse(TrustPolicy.DEFAULT);
  }

  private static Set<TenantId> trusted(Handle handle, TenantId tenant) {
    return handle
        .createQuery("SELECT publisher FROM trusted_publishers WHERE tenant = :tenant")
        .bind("tenant", tenant.value())
        .map((row, context) -> new TenantId(row.getString("publisher")))
        .set();
  }

  /** Why the tenant's policy does not have the module deployed, if it does not. */
  static Optional<String> objection(Handle handle, TenantId tenant, ModuleDigest digest) {
    return policy(handle, tenant).objection(signatures(handle, tenant, digest));
  }

  static List<ModuleSignature> signatures(Handle handle, TenantId tenant, ModuleDigest digest) {
    return handle
        .createQuery(
            """
            SELECT * FROM module_signatures WHERE tenant = :tenant AND digest = :digest
            ORDER BY signed_at, publisher, kid
            """)
        .bind("tenant", tenant.value())
        .bind("digest", digest.toString())
        .map((row, context) -> signature(row))
        .list();
  }

  private static ModuleSignature signature(ResultSet row) throws SQLException {
    return new ModuleSignature(
        new TenantId(row.getString("publisher")),
        row.getString("kid"),
        row.getBoolean("is_orphan") ? Optional.of(row.getBoolean("was_trusted")) : Optional.empty(),
        Database.instant(row, "signed_at"),
        Optional.ofNullable(row.getObject("revoked_at", OffsetDateTime.class))
            .map(OffsetDateTime::toInstant));
  }
}
