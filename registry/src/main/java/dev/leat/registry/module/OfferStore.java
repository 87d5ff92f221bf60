package dev.leat.registry.module;

import dev.leat.audit.AuditEntry;
import dev.leat.contract.Allowance;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.Page;
import dev.leat.contract.TenantId;
import dev.leat.store.StoreFailure;
import java.util.Optional;
import java.util.function.Function;

/**
 * What tenants offer each other. Laws:
 *
 * <ol>
 *   <li>{@code offer} has this audience, and no other, find and install the modules of the digest
 *       that the tenant published; {@code audience} gives it. A module that is published later has
 *       none.
 *   <li>{@code offer} to everybody is refused if another tenant's public module has a name that
 *       looks alike; of two that are offered at once, one is.
 *   <li>{@code search} gives what the tenant is offered whose {@code publisher/name} contains the
 *       text, the last published first. Following {@code next} meets each that was offered
 *       throughout exactly once; a page may have fewer items than asked for, or none, and others
 *       after it.
 *   <li>{@code install} gives the tenant a module of its own, with the publisher's digest and
 *       signatures, if it is offered and the tenant's policy does not object; else it is as if
 *       there was none. Installed again it is the same, with the signatures that there are now.
 *   <li>What was installed stays when it is offered no more, and when its publisher deletes it or
 *       is deleted, at whatever moment. Another module of its name is not installed in its place.
 *   <li>{@code install} refuses what {@code ModuleStore.add} would refuse as too much.
 *   <li>The audit entry is kept if and only if something was changed, together with the change.
 *   <li>{@code forget} removes the tenant from all audiences. What it offered goes with its
 *       modules.
 * </ol>
 *
 * Every method blocks and throws {@link StoreFailure} when the store is broken.
 */
public interface OfferStore {
  Offering offer(TenantId tenant, ModuleDigest digest, Audience audience, AuditEntry entry);

  /** Empty if the tenant published no module of the digest. */
  Optional<Audience> audience(TenantId tenant, ModuleDigest digest);

  Page<PublishedModule> search(TenantId tenant, String text, int limit, long cursor);

  /**
   * @param entry of what is installed
   */
  Installation install(
      TenantId tenant,
      Wanted wanted,
      Allowance allowance,
      Function<PublishedModule, AuditEntry> entry);

  void forget(TenantId tenant);

  /**
   * A module that a tenant wants to install.
   *
   * @param digest what it must have; empty for whatever it has
   */
  record Wanted(TenantId publisher, String name, String version, Optional<ModuleDigest> digest) {
    @Override
    public String toString() {
      return publisher + "/" + name + "@" + version;
    }
  }

  /** What became of an offer. */
  sealed interface Offering {
    record Offered() implements Offering {}

    record NoSuchModule() implements Offering {}

    /** This public name of another tenant looks like that of the module. */
    record LooksLike(TenantId publisher, String name) implements Offering {}
  }

  /** What became of an installation. */
  sealed interface Installation {
    /** The tenant has it, be it installed now or before. */
    record Installed(PublishedModule module) implements Installation {}

    record NotOffered() implements Installation {}

    /** What is offered has this digest, which is not the one that is wanted. */
    record OtherDigest(ModuleDigest offered) implements Installation {}

    /** This was installed under that name and version before. */
    record Taken(PublishedModule module) implements Installation {}

    /** It is one too many: so many modules, with so many bytes, there are. */
    record Full(int modules, long bytes) implements Installation {}

    /** The tenant's policy objects to it: why, in sentences. */
    record Untrusted(String why) implements Installation {}
  }
}
