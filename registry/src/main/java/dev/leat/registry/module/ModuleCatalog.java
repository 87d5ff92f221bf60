package dev.leat.registry.module;

import dev.leat.audit.AuditEntry;
import dev.leat.contract.Answer;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.Page;
import dev.leat.contract.ProblemCode;
import dev.leat.contract.TenantId;
import dev.leat.engine.ModuleTampered;
import dev.leat.registry.module.ModuleStore.Deletion;
import java.time.InstantSource;
import java.util.Optional;

/** The modules that were published. Safe for several threads; blocks. */
public final class ModuleCatalog {
  private final ModuleStore modules;
  private final BlobStore blobs;
  private final CollectModule collector;
  private final InstantSource clock;

  public ModuleCatalog(
      ModuleStore modules, BlobStore blobs, CollectModule collector, InstantSource clock) {
    this.modules = modules;
    this.blobs = blobs;
    this.collector = collector;
    this.clock = clock;
  }

  /**
   * The tenant's modules, the last published first.
   *
   * @param query only modules whose name contains this; "" for all
   * @param limit how many at most; brought into 1 to {@link Page#ITEMS_MAX}
   * @param cursor {@code next} of the page before; empty for the first page
   */
  public Answer<Page<PublishedModule>> list(
      TenantId tenant, String query, int limit, Optional<String> cursor) {
    return Page.position(cursor, ModuleStore.START)
        .map(position -> modules.list(tenant, query, Page.limit(limit), position));
  }

  /** How many modules the tenant has. */
  public int count(TenantId tenant) {
    return modules.count(tenant);
  }

  /** How many bytes the tenant's modules have together. */
  public long storedBytes(TenantId tenant) {
    return modules.storedBytes(tenant);
  }

  /** The tenant's module of this digest, the last published if it has several names. */
  public Answer<PublishedModule> show(TenantId tenant, ModuleDigest digest) {
    return modules.find(tenant, digest).map(Answer::done).orElseGet(() -> unknown(tenant, digest));
  }

  /** The module's bytes, which are refused where they were changed. */
  public Answer<byte[]> content(TenantId tenant, ModuleDigest digest) {
    return show(tenant, digest).then(module -> bytes(digest));
  }

  /**
   * Deletes the module under all its names and gives what it was; a conflict while a function
   * version uses it.
   */
  public Answer<PublishedModule> delete(TenantId tenant, String actor, ModuleDigest digest) {
    return show(tenant, digest).then(module -> delete(module, actor));
  }

  private Answer<PublishedModule> delete(PublishedModule module, String actor) {
    ModuleDigest digest = module.digest();
    AuditEntry entry =
        AuditEntry.done(
            clock.instant(),
            module.tenant(),
            actor,
            "module.delete",
            digest.toString(),
            module.reference());
    return switch (modules.delete(module.tenant(), digest, entry)) {
      case Deletion.Deleted() -> {
        collector.collect(digest);
        yield Answer.done(module);
      }
      case Deletion.NoSuchModule() -> unknown(module.tenant(), digest);
      case Deletion.InUse(var function, int number) ->
          Answer.refused(
              ProblemCode.CONFLICT,
              "The module is used by version v%d of the function '%s'. Delete the function first."
                  .formatted(number, function));
    };
  }

  private Answer<byte[]> bytes(ModuleDigest digest) {
    try {
      return blobs
          .load(digest)
          .map(Answer::done)
          .orElseThrow(() ->
              new IllegalStateException(
                  "The bytes of module " + digest + " are missing from the blob store"));
    } catch (ModuleTampered e) {
      return Answer.refused(
          ProblemCode.MODULE_TAMPERED, "Nothing is done with it: " + e.reason() + ".");
    }
  }

  private static <T> Answer<T> unknown(TenantId tenant, ModuleDigest digest) {
    return Answer.refused(
        ProblemCode.NOT_FOUND, "Tenant '" + tenant + "' has no module " + digest + ".");
  }
}
