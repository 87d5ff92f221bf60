package dev.leat.registry.module;

import dev.leat.audit.AuditEntry;
import dev.leat.contract.Allowance;
import dev.leat.contract.Allowances;
import dev.leat.contract.Answer;
import dev.leat.contract.Excerpt;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.Page;
import dev.leat.contract.ProblemCode;
import dev.leat.contract.TenantId;
import dev.leat.registry.module.OfferStore.Installation;
import dev.leat.registry.module.OfferStore.Offering;
import dev.leat.registry.module.OfferStore.Wanted;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What tenants offer each other, and install. An installed module is the tenant's own from then on:
 * what becomes of its publisher changes nothing of it. Safe for several threads; blocks.
 */
public final class ModuleExchange {
  /** The longest text that is searched for. */
  public static final int TEXT_CHARS_MAX = 100;

  private final OfferStore offers;
  private final Allowances allowances;
  private final InstantSource clock;

  public ModuleExchange(OfferStore offers, Allowances allowances, InstantSource clock) {
    this.offers = offers;
    this.allowances = allowances;
    this.clock = clock;
  }

  /** Who may find and install the module that the tenant published. */
  public Answer<Audience> audience(TenantId tenant, ModuleDigest digest) {
    return offers
        .audience(tenant, digest)
        .map(Answer::done)
        .orElseGet(() -> notPublished(tenant, digest));
  }

  /**
   * Has this audience, and no other, find and install the module from now on. Who installed it
   * before keeps it.
   */
  public Answer<Audience> offer(
      TenantId tenant, String actor, ModuleDigest digest, Audience audience) {
    AuditEntry entry =
        AuditEntry.done(
            clock.instant(),
            tenant,
            actor,
            "module.visibility",
            digest.toString(),
            described(audience));
    return switch (offers.offer(tenant, digest, audience, entry)) {
      case Offering.Offered() -> Answer.done(audience);
      case Offering.NoSuchModule() -> notPublished(tenant, digest);
      case Offering.LooksLike(TenantId publisher, String name) ->
          Answer.refused(
              ProblemCode.CONFLICT,
              "The module would be taken for '%s/%s', which is public. Publish it under a name that differs by more than hyphens, 0 for o, and 1 for l or i."
                  .formatted(publisher, name));
    };
  }

  private static String described(Audience audience) {
    return audience instanceof Audience.Named(Set<TenantId> tenants)
        ? audience.word() + " " + new TreeSet<>(tenants)
        : audience.word();
  }

  /**
   * What the tenant is offered, the last published first; a page may have few items, and others
   * after it.
   *
   * @param text only modules whose {@code publisher/name} contains this; "" for all
   * @param limit how many at most; brought into 1 to {@link Page#ITEMS_MAX}
   * @param cursor {@code next} of the page before; empty for the first page
   */
  public Answer<Page<PublishedModule>> search(
      TenantId tenant, String text, int limit, Optional<String> cursor) {
    if (text.length() > TEXT_CHARS_MAX) {
      return Answer.refused(
          ProblemCode.INVALID_REQUEST,
          "The text must have up to %d characters, had %d."
              .formatted(TEXT_CHARS_MAX, text.length()));
    }
    return Page.position(cursor, ModuleStore.START)
        .map(position -> offers.search(tenant, text, Page.limit(limit), position));
  }

  /**
   * Gives the tenant a module that it is offered, pinned to the digest that it has now. Installed
   * again it is the same, with the signatures that its publisher added.
   */
  public Answer<PublishedModule> install(TenantId tenant, String actor, Wanted wanted) {
    Allowance allowance = allowances.of(tenant);
    return switch (offers.install(
        tenant, wanted, allowance, module -> entry(tenant, actor, module))) {
      case Installation.Installed(PublishedModule module) -> Answer.done(module);
      case Installation.NotOffered() ->
          Answer.refused(
              ProblemCode.NOT_FOUND,
              "Tenant '%s' is offered no module %s. 'leat search' shows those that it is offered."
                  .formatted(tenant, Excerpt.of(wanted.toString())));
      case Installation.OtherDigest(ModuleDigest offered) ->
          Answer.refused(
              ProblemCode.CONFLICT,
              "%s is %s, not the digest that was named.".formatted(wanted, offered));
      case Installation.Taken(PublishedModule module) ->
          Answer.refused(
              ProblemCode.CONFLICT,
              "%s is installed already as %s; what is offered under that name now is another module. Delete the installed one first, if it is not used."
                  .formatted(wanted, module.digest()));
      case Installation.Untrusted(String why) ->
          Answer.refused(
              ProblemCode.MODULE_UNTRUSTED,
              "The module %s is not trusted. %s".formatted(wanted, why));
      case Installation.Full(int count, long ignored) when count >= allowance.modules() ->
          Answer.refused(
              ProblemCode.CONFLICT,
              "Tenant '%s' has %d modules and may have %d. Delete one, or have its quota 'modules' raised."
                  .formatted(tenant, count, allowance.modules()));
      case Installation.Full(int ignored, long stored) ->
          Answer.refused(
              ProblemCode.CONFLICT,
              "Tenant '%s' has stored %d bytes and may store %d: the module is too large for that. Delete a module, or have its quota 'stored-bytes' raised."
                  .formatted(tenant, stored, allowance.storedBytes()));
    };
  }

  private AuditEntry entry(TenantId tenant, String actor, PublishedModule module) {
    return AuditEntry.done(
        clock.instant(),
        tenant,
        actor,
        "module.install",
        module.reference(),
        module.digest().toString());
  }

  private static <T> Answer<T> notPublished(TenantId tenant, ModuleDigest digest) {
    return Answer.refused(
        ProblemCode.NOT_FOUND, "Tenant '%s' has published no module %s.".formatted(tenant, digest));
  }
}
