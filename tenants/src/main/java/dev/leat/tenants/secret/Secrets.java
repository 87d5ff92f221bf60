package dev.leat.tenants.secret;

import dev.leat.contract.Allowance;
import dev.leat.contract.Allowances;
import dev.leat.contract.Answer;
import dev.leat.contract.Names;
import dev.leat.contract.Page;
import dev.leat.contract.ProblemCode;
import dev.leat.contract.TenantId;
import dev.leat.store.encryption.Encryption;
import dev.leat.store.encryption.Place;
import dev.leat.store.encryption.Rewrapping;
import dev.leat.store.encryption.Undecryptable;
import dev.leat.tenants.secret.SecretStore.Sealed;
import dev.leat.tenants.secret.SecretStore.Use;
import dev.leat.tenants.secret.SecretStore.Written;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.LongPredicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What tenants tell their functions: set, rotated and deleted here, and given to workers alone.
 * Safe for several threads; blocks.
 */
public final class Secrets implements Rewrapping {
  /** Of one value: keys, tokens, certificates with their chain. */
  public static final int VALUE_BYTES_MAX = 64 << 10;

  private static final Logger LOG = LoggerFactory.getLogger(Secrets.class);

  /** Of one look for what is under older keys: 6 MiB of values at the most. */
  private static final int BATCH = 100;

  private static final String ANY = "*";

  private final SecretStore store;
  private final Supplier<Optional<Encryption>> encryption;
  private final Allowances allowances;
  private final InstantSource clock;

  /**
   * @param encryption by the operator's keys; empty where this node has none
   */
  public Secrets(
      SecretStore store,
      Supplier<Optional<Encryption>> encryption,
      Allowances allowances,
      InstantSource clock) {
    this.store = store;
    this.encryption = encryption;
    this.allowances = allowances;
    this.clock = clock;
  }

  /**
   * Sets a secret, or rotates it if it is there: every node gives its functions the new value
   * within a second.
   *
   * @param ifMatch an {@code If-Match} field (RFC 9110, 13.1.1): only over one that is there
   *     ({@code *}), or over this version of it
   */
  public Answer<TenantSecret> set(
      TenantId tenant, String actor, String name, byte[] value, Optional<String> ifMatch) {
    if (value.length == 0 || value.length > VALUE_BYTES_MAX) {
      return Answer.refused(
          ProblemCode.INVALID_REQUEST,
          "A secret's value must have 1-%d bytes, had %d."
              .formatted(VALUE_BYTES_MAX, value.length));
    }
    return named(name)
        .then(good -> follows(ifMatch))
        .then(follows ->
            encryption
                .get()
                .map(by -> set(tenant, actor, name, value, ifMatch, follows, by))
                .orElseGet(Secrets::noKey));
  }

  private Answer<TenantSecret> set(
      TenantId tenant,
      String actor,
      String name,
      byte[] value,
      Optional<String> ifMatch,
      LongPredicate follows,
      Encryption by) {
    Allowance allowance = allowances.of(tenant);
    Written written =
        store.set(
            new SecretStore.Setting(
                tenant,
                name,
                value.length,
                actor,
                clock.instant(),
                follows,
                version -> by.encrypt(value, place(tenant, name, version)),
                new Use(allowance.secrets(), allowance.secretBytes())));
    return switch (written) {
      case Written.Done(TenantSecret secret) -> Answer.done(secret);
      case Written.NotNext(long version) when version == 0 -> absent(tenant, name);
      case Written.NotNext(long version) ->
          Answer.refused(
              ProblemCode.PRECONDITION_FAILED,
              "If-Match was %s, the secret '%s' is at version %d. Look at it before setting it."
                  .formatted(ifMatch.orElse(ANY), name, version));
      case Written.NoSuchTenant() ->
          Answer.refused(ProblemCode.NOT_FOUND, "There is no tenant '" + tenant + "'.");
      case Written.Full(Use use) ->
          Answer.refused(
              ProblemCode.CONFLICT,
              "Tenant '%s' has %d secrets of %d bytes and may have %d of %d. Delete some, or have its quotas 'secrets' and 'secret-bytes' raised."
                  .formatted(
                      tenant,
                      use.entries(),
                      use.bytes(),
                      allowance.secrets(),
                      allowance.secretBytes()));
    };
  }

  private static Answer<LongPredicate> follows(Optional<String> ifMatch) {
    if (ifMatch.isEmpty()) {
      return Answer.done(any -> true);
    }
    String field = ifMatch.get().strip();
    if (field.equals(ANY)) {
      return Answer.done(version -> version > 0);
    }
    return field.matches("\"[1-9][0-9]{0,17}\"")
        ? Answer.done(version -> version == Long.parseLong(field.substring(1, field.length() - 1)))
        : Answer.refused(
            ProblemCode.INVALID_REQUEST,
            "If-Match must be * or one entity tag of a secret, such as \"3\".");
  }

  /** What may be told of one. */
  public Answer<TenantSecret> show(TenantId tenant, String name) {
    return named(name)
        .then(good ->
            store.show(tenant, name).map(Answer::done).orElseGet(() -> absent(tenant, name)));
  }

  /**
   * A tenant's secrets, by name.
   *
   * @param cursor the name after which the list goes on
   */
  public Answer<Page<TenantSecret>> list(TenantId tenant, int limit, Optional<String> cursor) {
    if (cursor.isPresent() && !Names.isName(cursor.get())) {
      return Answer.refused(
          ProblemCode.INVALID_REQUEST,
          "The cursor is not one that was given. Start without a cursor.");
    }
    int most = Page.limit(limit);
    return Answer.done(
        Page.of(store.list(tenant, cursor.orElse(""), most + 1), most, TenantSecret::name));
  }

  /** Deletes one: functions that ask for it are told that it is not there. */
  public Answer<String> delete(TenantId tenant, String name) {
    return named(name)
        .then(good -> store.delete(tenant, name) ? Answer.done(name) : absent(tenant, name));
  }

  /** Which of these the tenant has not set. */
  public List<String> missing(TenantId tenant, List<String> names) {
    return names.isEmpty() ? List.of() : store.missing(tenant, names);
  }

  /** How many the tenant has, and how many bytes of values. */
  public Use use(TenantId tenant) {
    return store.use(tenant);
  }

  /**
   * A secret's value, for the tenant's functions.
   *
   * @throws Undecryptable if it cannot be decrypted, or this node has no key
   */
  public Optional<byte[]> value(TenantId tenant, String name) {
    return store
        .find(tenant, name)
        .map(found -> {
          Place place = place(tenant, name, found.version());
          return encryption
              .get()
              .orElseThrow(() -> Undecryptable.withoutKey(place))
              .decrypt(found.content(), place);
        });
  }

  /** The keys that secrets are under and this node does not have. */
  public List<String> unknownKeys() {
    Optional<Encryption> by = encryption.get();
    return store.keys().stream().filter(key -> by.isEmpty() || !by.get().has(key)).toList();
  }

  @Override
  public int rewrap() {
    return encryption.get().map(this::rewrap).orElse(0);
  }

  private int rewrap(Encryption by) {
    int done = 0;
    for (String key : store.keys()) {
      if (!key.equals(by.key()) && by.has(key)) {
        done += rewrap(key, by);
      }
    }
    return done;
  }

  private int rewrap(String key, Encryption by) {
    int done = 0;
    List<Sealed> some = store.under(key, Optional.empty(), BATCH);
    while (!some.isEmpty()) {
      for (Sealed sealed : some) {
        done += rewrap(sealed, by) ? 1 : 0;
      }
      some = store.under(key, Optional.of(some.getLast()), BATCH);
    }
    return done;
  }

  private boolean rewrap(Sealed sealed, Encryption by) {
    Place place = place(sealed.tenant(), sealed.name(), sealed.version());
    try {
      return store.replace(sealed, by.encrypt(by.decrypt(sealed.content(), place), place));
    } catch (Undecryptable e) {
      LOG.warn("A secret stays under an older key cause={}", e.getMessage());
      return false;
    }
  }

  private static Place place(TenantId tenant, String name, long version) {
    return Place.of("secret", tenant.value(), name, Long.toString(version));
  }

  private static Answer<String> named(String name) {
    return Names.isName(name)
        ? Answer.done(name)
        : Answer.refused(
            ProblemCode.INVALID_REQUEST,
            "A secret's name must be 1-63 of a-z, 0-9 and '-', from a letter on.");
  }

  private static <T> Answer<T> absent(TenantId tenant, String name) {
    return Answer.refused(
        ProblemCode.NOT_FOUND,
        "Tenant '%s' has no secret '%s'. Set it (leat secret set %s --from-file F), or list them."
            .formatted(tenant, name, name));
  }

  private static <T> Answer<T> noKey() {
    return Answer.refused(
        ProblemCode.ENCRYPTION_KEY_MISSING,
        "This node has no key to encrypt secrets by. Have an operator set encryption.key-file, the same on every node, and start them again.");
  }
}
