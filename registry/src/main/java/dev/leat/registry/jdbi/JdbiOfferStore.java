package dev.leat.registry.jdbi;

import dev.leat.audit.AuditEntry;
import dev.leat.audit.jdbi.JdbiAuditStore;
import dev.leat.contract.Allowance;
import dev.leat.contract.Change;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.Page;
import dev.leat.contract.TenantId;
import dev.leat.registry.module.Audience;
import dev.leat.registry.module.ModuleStore;
import dev.leat.registry.module.NameLook;
import dev.leat.registry.module.OfferStore;
import dev.leat.registry.module.PublishedModule;
import dev.leat.registry.trust.ModuleSignature;
import dev.leat.store.Changes;
import dev.leat.store.Database;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.Nullable;

/** A row for each module and each of its audience. */
public final class JdbiOfferStore implements OfferStore {
  /**
   * Offers that are looked at for a page of a search, some milliseconds: so that no text, however
   * rare, has it go through all that there are.
   */
  static final int LOOKED_AT = 2_000;

  private static final String EVERYBODY = "*";

  private final Database database;
  private final TenantTurns turns;

  /**
   * @param turns those of the modules' store
   */
  public JdbiOfferStore(Database database, TenantTurns turns) {
    this.database = database;
    this.turns = turns;
  }

  @Override
  public Offering offer(TenantId tenant, ModuleDigest digest, Audience audience, AuditEntry entry) {
    return turns.inTransaction(
        tenant,
        "Offering the module " + digest + " of tenant " + tenant,
        handle -> {
          List<Own> own = own(handle, tenant, digest);
          if (own.isEmpty()) {
            return new Offering.NoSuchModule();
          }
          Set<String> wanted = words(audience);
          if (own.stream().allMatch(each -> audienceOf(handle, each.id()).equals(wanted))) {
            return new Offering.Offered();
          }
          if (audience instanceof Audience.Everybody) {
            Optional<Offering> taken =
                own.stream()
                    .map(each -> publicLookalike(handle, tenant, each.name()))
                    .filter(Objects::nonNull)
                    .findFirst();
            if (taken.isPresent()) {
              return taken.get();
            }
          }
          own.forEach(each -> write(handle, each.id(), wanted));
          JdbiAuditStore.append(handle, entry);
          return new Offering.Offered();
        });
  }

  private static void write(Handle handle, long module, Set<String> audience) {
    handle.execute("DELETE FROM module_offers WHERE module_id = ?", module);
    PreparedBatch each =
        handle.prepareBatch(
            "INSERT INTO module_offers (audience, module_id) VALUES (:audience, :module)");
    audience.forEach(word -> each.bind("audience", word).bind("module", module).add());
    if (!audience.isEmpty()) {
      each.execute();
    }
  }

  /** Another tenant's public module whose name looks like this one; none is added meanwhile. */
  private static @Nullable Offering publicLookalike(Handle handle, TenantId tenant, String name) {
    String look = NameLook.of(name);
    JdbiModuleStore.lock(handle, ModuleDigest.of(look.getBytes(StandardCharsets.US_ASCII)));
    return handle
        .createQuery(
            """
            SELECT DISTINCT m.publisher, m.name
            FROM modules m JOIN module_offers o ON o.module_id = m.id
            WHERE m.look = :look AND m.tenant <> :tenant AND o.audience = '*'
            ORDER BY m.publisher, m.name
            """)
        .bind("look", look)
        .bind("tenant", tenant.value())
        .map((row, context) ->
            new Offering.LooksLike(new TenantId(row.getString("publisher")), row.getString("name")))
        .list()
        .stream()
        .filter(other -> NameLook.areAlike(other.name(), name))
        .findFirst()
        .orElse(null);
  }

  @Override
  public Optional<Audience> audience(TenantId tenant, ModuleDigest digest) {
    return database.read(
        "Reading who is offered the module " + digest + " of tenant " + tenant,
        handle ->
            own(handle, tenant, digest).stream()
                .findFirst()
                .map(newest -> audience(audienceOf(handle, newest.id()))));
  }

  private static Set<String> words(Audience audience) {
    return switch (audience) {
      case Audience.Nobody() -> Set.of();
      case Audience.Everybody() -> Set.of(EVERYBODY);
      case Audience.Named(Set<TenantId> tenants) ->
          tenants.stream().map(TenantId::value).collect(Collectors.toUnmodifiableSet());
    };
  }

  private static Audience audience(Set<String> words) {
    if (words.isEmpty()) {
      return new Audience.Nobody();
    }
    return words.contains(EVERYBODY)
        ? new Audience.Everybody()
        : new Audience.Named(
            words.stream().map(TenantId::new).collect(Collectors.toUnmodifiableSet()));
  }

  private static Set<String> audienceOf(Handle handle, long module) {
    return new HashSet<>(
        handle
            .createQuery("SELECT audience FROM module_offers WHERE module_id = :module")
            .bind("module", module)
            .mapTo(String.class)
            .list());
  }

  /** What the tenant published under the digest, the newest first. */
  private static List<Own> own(Handle handle, TenantId tenant, ModuleDigest digest) {
    return handle
        .createQuery(
            """
            SELECT id, name FROM modules
            WHERE digest = :digest AND tenant = :tenant AND publisher = :tenant ORDER BY id DESC
            """)
        .bind("digest", digest.toString())
        .bind("tenant", tenant.value())
        .map((row, context) -> new Own(row.getLong("id"), row.getString("name")))
        .list();
  }

  @Override
  public Page<PublishedModule> search(TenantId tenant, String text, int limit, long cursor) {
    return database.read(
        "Searching modules for tenant " + tenant,
        handle -> {
          int most = text.isEmpty() ? limit : LOOKED_AT;
          List<Long> offered = offered(handle, tenant, cursor, most + 1);
          if (offered.isEmpty()) {
            return new Page<>(List.of(), Optional.empty());
          }
          boolean hasMore = offered.size() > most;
          long last = hasMore ? offered.get(most - 1) : offered.getLast();
          List<Found> found = found(handle, tenant, text, cursor, last, limit + 1);
          boolean isCut = found.size() > limit;
          List<Found> page = isCut ? found.subList(0, limit) : found;
          long end = isCut ? page.getLast().id() : last;
          return new Page<>(
              page.stream().map(Found::module).toList(),
              isCut || hasMore ? Optional.of(Long.toString(end)) : Optional.empty());
        });
  }

  /** What is offered to all or to the tenant, from the cursor on, the last published first. */
  private static List<Long> offered(Handle handle, TenantId tenant, long cursor, int most) {
    return Stream.of(EVERYBODY, tenant.value())
        .flatMap(audience -> offeredTo(handle, audience, cursor, most).stream())
        .sorted(Comparator.reverseOrder())
        .limit(most)
        .toList();
  }

  /** By the index alone. One query for each: H2 keeps the limit of a query within a query. */
  private static List<Long> offeredTo(Handle handle, String audience, long cursor, int most) {
    return handle
        .createQuery(
            """
            SELECT module_id FROM module_offers WHERE audience = :audience AND module_id < :cursor
            ORDER BY module_id DESC LIMIT :most
            """)
        .bind("audience", audience)
        .bind("cursor", cursor)
        .bind("most", most)
        .mapTo(Long.class)
        .list();
  }

  private static List<Found> found(
      Handle handle, TenantId tenant, String text, long cursor, long last, int most) {
    return handle
        .createQuery(
            """
            SELECT m.* FROM module_offers o JOIN modules m ON m.id = o.module_id
            WHERE o.audience IN ('*', :tenant) AND o.module_id < :cursor AND o.module_id >= :last
            AND POSITION(:text IN m.publisher || '/' || m.name) > 0
            ORDER BY o.module_id DESC LIMIT :most
            """)
        .bind("tenant", tenant.value())
        .bind("cursor", cursor)
        .bind("last", last)
        .bind("text", text)
        .bind("most", most)
        .map((row, context) -> new Found(row.getLong("id"), JdbiModuleStore.read(row)))
        .list();
  }

  @Override
  public Installation install(
      TenantId tenant,
      Wanted wanted,
      Allowance allowance,
      Function<PublishedModule, AuditEntry> entry) {
    return turns.inTransaction(
        tenant,
        "Installing the module " + wanted + " for tenant " + tenant,
        handle -> {
          Optional<PublishedModule> offered = lockOffered(handle, tenant, wanted);
          if (offered.isEmpty()) {
            return new Installation.NotOffered();
          }
          PublishedModule module = offered.get();
          if (wanted.digest().filter(digest -> !digest.equals(module.digest())).isPresent()) {
            return new Installation.OtherDigest(module.digest());
          }
          return module.publisher().equals(tenant)
              ? new Installation.Installed(module)
              : install(handle, tenant, module, allowance, entry);
        });
  }

  /** Installs what the publisher cannot delete meanwhile. */
  private static Installation install(
      Handle handle,
      TenantId tenant,
      PublishedModule module,
      Allowance allowance,
      Function<PublishedModule, AuditEntry> entry) {
    JdbiModuleStore.lock(handle, module.digest());
    Optional<PublishedModule> present =
        JdbiModuleStore.find(handle, tenant, module.publisher(), module.name(), module.version());
    if (present.isPresent() && !present.get().digest().equals(module.digest())) {
      return new Installation.Taken(present.get());
    }
    Optional<List<ModuleSignature>> signatures = lockSignatures(handle, module);
    if (signatures.isEmpty()) {
      return new Installation.NotOffered(); // its publisher is being deleted
    }
    List<ModuleSignature> all =
        new ArrayList<>(JdbiPolicyStore.signatures(handle, tenant, module.digest()));
    all.addAll(signatures.get());
    Optional<String> objection = JdbiPolicyStore.policy(handle, tenant).objection(all);
    if (objection.isPresent()) {
      return new Installation.Untrusted(objection.get());
    }
    PublishedModule installed = module.installedBy(tenant);
    if (present.isEmpty()) {
      ModuleStore.Addition.Full has = JdbiModuleStore.has(handle, tenant);
      if (has.modules() >= allowance.modules()
          || module.size() > allowance.storedBytes() - has.bytes()) {
        return new Installation.Full(has.modules(), has.bytes());
      }
      JdbiModuleStore.insert(handle, installed);
    }
    int signed = copy(handle, tenant, module.digest(), signatures.get());
    if (present.isEmpty() || signed > 0) {
      JdbiAuditStore.append(handle, entry.apply(installed));
      Changes.append(handle, new Change.TrustChanged(tenant));
    }
    return new Installation.Installed(present.orElse(installed));
  }

  /** What the publisher offers the tenant, or has itself; it stays until the transaction ends. */
  private static Optional<PublishedModule> lockOffered(
      Handle handle, TenantId tenant, Wanted wanted) {
    return handle
        .createQuery(
            """
            SELECT * FROM modules
            WHERE tenant = :publisher AND publisher = :publisher
            AND name = :name AND version = :version
            AND (tenant = :tenant OR id IN
              (SELECT module_id FROM module_offers WHERE audience IN ('*', :tenant)
               AND module_id = modules.id))
            FOR UPDATE
            """)
        .bind("publisher", wanted.publisher().value())
        .bind("name", wanted.name())
        .bind("version", wanted.version())
        .bind("tenant", tenant.value())
        .map((row, context) -> JdbiModuleStore.read(row))
        .findOne();
  }

  /** The publisher's signatures, whose keys stay as they are; empty if one of them is gone. */
  private static Optional<List<ModuleSignature>> lockSignatures(
      Handle handle, PublishedModule module) {
    List<ModuleSignature> signatures =
        JdbiPolicyStore.signatures(handle, module.tenant(), module.digest()).stream()
            .filter(each -> each.orphaned().isEmpty())
            .sorted(
                Comparator.comparing((ModuleSignature each) -> each.publisher().value())
                    .thenComparing(ModuleSignature::kid))
            .toList();
    boolean isEachThere =
        signatures.stream()
            .allMatch(each -> JdbiKeyStore.lock(handle, each.publisher(), each.kid()).isPresent());
    // Read again: a revocation that was under way is over.
    return isEachThere
        ? Optional.of(
            JdbiPolicyStore.signatures(handle, module.tenant(), module.digest()).stream()
                .filter(each -> each.orphaned().isEmpty())
                .toList())
        : Optional.empty();
  }

  /** Adds the signatures that the tenant does not have; gives how many. */
  private static int copy(
      Handle handle, TenantId tenant, ModuleDigest digest, List<ModuleSignature> signatures) {
    return signatures.stream()
        .mapToInt(each ->
            handle
                .createUpdate(
                    """
                    INSERT INTO module_signatures
                      (tenant, digest, publisher, kid, signed_at, revoked_at)
                    VALUES (:tenant, :digest, :publisher, :kid, :signedAt, :revokedAt)
                    ON CONFLICT DO NOTHING
                    """)
                .bind("tenant", tenant.value())
                .bind("digest", digest.toString())
                .bind("publisher", each.publisher().value())
                .bind("kid", each.kid())
                .bind("signedAt", each.signedAt())
                .bind("revokedAt", each.revokedAt().orElse(null))
                .execute())
        .sum();
  }

  @Override
  public void forget(TenantId tenant) {
    database.useTransaction(
        "Forgetting what tenant " + tenant + " is offered",
        handle -> handle.execute("DELETE FROM module_offers WHERE audience = ?", tenant.value()));
  }

  private record Own(long id, String name) {}

  private record Found(long id, PublishedModule module) {}
}
