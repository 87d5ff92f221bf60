package dev.leat.registry.module;

import dev.leat.audit.AuditEntry;
import dev.leat.contract.Allowance;
import dev.leat.contract.FunctionName;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.Page;
import dev.leat.contract.TenantId;
import dev.leat.registry.trust.Signer;
import dev.leat.store.StoreFailure;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Where it is kept which modules were published; their bytes are in a {@link BlobStore}. Laws:
 *
 * <ol>
 *   <li>{@code add} keeps a module unless the tenant has one of that name and version, and gives
 *       the one that is kept; when several add the same at once, all are given the same.
 *   <li>{@code add} runs {@code storeBytes} before anyone can see the module; if it throws, nothing
 *       is kept. It also does when the very same module is kept already, whose bytes may be lost.
 *   <li>{@code find} gives the tenant's module of that publisher, name and version, or the newest
 *       of that digest; {@code newest} what it published itself last under a name; {@code count}
 *       how many it has, {@code storedBytes} how many bytes in all of them together, of each tenant
 *       that has any, or of one.
 *   <li>{@code list} gives the tenant's modules whose name contains the text, the last added first.
 *       Following {@code next} meets each module that was there throughout exactly once.
 *   <li>{@code delete} removes every module of that digest, unless a function version of the tenant
 *       uses the digest. A version added at the same time finds no module, or hinders the deletion.
 *   <li>{@code collect} runs {@code deleteBytes} if no tenant has a module of that digest or a
 *       version that uses it, and never while an {@code add} of the digest is under way, on
 *       whichever node. {@code unused} gives those of some digests of which that holds just now.
 *   <li>The audit entry is kept if and only if something was changed, together with the change.
 *   <li>{@code forget} removes the tenant's modules of up to {@code most} digests and nothing else,
 *       and gives these digests: fewer than {@code most} if nothing is left.
 *   <li>{@code add} refuses a module that would give the tenant more modules, or more bytes in all
 *       of them together, than allowed; of several that are added at once, as many are kept as fit.
 *       One that is kept already is none more.
 *   <li>{@code add} keeps who signed the module, also beside those who signed it before, which is a
 *       change. It refuses a key that may not sign at the time of the publication, or is gone, as
 *       it is when the transaction ends. Signatures go with the tenant's last module of the digest.
 *   <li>{@code add} refuses a new name that looks like another one that the tenant publishes.
 * </ol>
 *
 * Every method blocks and throws {@link StoreFailure} when the store is broken.
 */
public interface ModuleStore {
  /** The cursor before the first page. */
  long START = Long.MAX_VALUE;

  Addition add(
      TenantId tenant,
      PublishedModule module,
      Optional<Signer> signer,
      Allowance allowance,
      AuditEntry entry,
      Runnable storeBytes);

  /** One that the tenant published itself. */
  default Optional<PublishedModule> find(TenantId tenant, String name, String version) {
    return find(tenant, tenant, name, version);
  }

  Optional<PublishedModule> find(TenantId tenant, TenantId publisher, String name, String version);

  Optional<PublishedModule> find(TenantId tenant, ModuleDigest digest);

  Optional<PublishedModule> newest(TenantId tenant, String name);

  int count(TenantId tenant);

  Map<TenantId, Long> storedBytes();

  long storedBytes(TenantId tenant);

  Page<PublishedModule> list(TenantId tenant, String nameContains, int limit, long cursor);

  Deletion delete(TenantId tenant, ModuleDigest digest, AuditEntry entry);

  Set<ModuleDigest> unused(Set<ModuleDigest> digests);

  void collect(ModuleDigest digest, Runnable deleteBytes);

  Set<ModuleDigest> forget(TenantId tenant, int most);

  /** What became of a module that was to be added. */
  sealed interface Addition {
    /** The tenant has this one of that name and version, be it added now or before. */
    record Kept(PublishedModule module) implements Addition {}

    /**
     * It is one too many.
     *
     * @param modules how many the tenant has
     * @param bytes how many they have together
     */
    record Full(int modules, long bytes) implements Addition {}

    /** The tenant publishes under this name, which looks like that of the module. */
    record LooksLike(String name) implements Addition {}

    /** The key may not sign: why, in sentences. */
    record NotSigned(String why) implements Addition {}
  }

  /** What became of a module that was to be deleted. */
  sealed interface Deletion {
    record Deleted() implements Deletion {}

    record NoSuchModule() implements Deletion {}

    /** This version of this function uses it, and perhaps others do. */
    record InUse(FunctionName function, int number) implements Deletion {}
  }
}
