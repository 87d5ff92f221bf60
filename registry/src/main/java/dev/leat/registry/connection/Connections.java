package dev.leat.registry.connection;

import dev.leat.audit.AuditEntry;
import dev.leat.contract.Allowances;
import dev.leat.contract.Answer;
import dev.leat.contract.ConnectionUrl;
import dev.leat.contract.DatabaseLogin;
import dev.leat.contract.Excerpt;
import dev.leat.contract.FunctionName;
import dev.leat.contract.ProblemCode;
import dev.leat.contract.TenantId;
import dev.leat.registry.connection.ConnectionStore.Sealed;
import dev.leat.store.encryption.Ciphertext;
import dev.leat.store.encryption.Encryption;
import dev.leat.store.encryption.Place;
import dev.leat.store.encryption.Rewrapping;
import dev.leat.store.encryption.Undecryptable;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The databases that operators let tenants' functions reach. Safe for several threads; blocks. */
public final class Connections implements Rewrapping {
  /** The longest user's name. */
  public static final int USER_CHARS_MAX = 100;

  public static final int PASSWORD_BYTES_MAX = 1_000;

  private static final Logger LOG = LoggerFactory.getLogger(Connections.class);

  private final ConnectionStore store;
  private final Supplier<Optional<Encryption>> encryption;
  private final Predicate<ConnectionUrl> isTaken;
  private final boolean takesEmbedded;
  private final Allowances allowances;
  private final InstantSource clock;

  /**
   * @param encryption by the operator's keys; empty where this node has none
   * @param isTaken whether it is the platform's own database
   * @param takesEmbedded whether databases may be within the node: those of a cluster would each
   *     have another
   */
  public Connections(
      ConnectionStore store,
      Supplier<Optional<Encryption>> encryption,
      Predicate<ConnectionUrl> isTaken,
      boolean takesEmbedded,
      Allowances allowances,
      InstantSource clock) {
    this.store = store;
    this.encryption = encryption;
    this.isTaken = isTaken;
    this.takesEmbedded = takesEmbedded;
    this.allowances = allowances;
    this.clock = clock;
  }

  /**
   * Lets a tenant's functions reach a database from now on. Nothing is connected to before one of
   * them does.
   */
  public Answer<TenantConnection> create(
      TenantId tenant, String actor, String name, String url, String user, String password) {
    return connection(tenant, actor, name, url, user)
        .then(connection -> create(connection, password));
  }

  private Answer<TenantConnection> create(TenantConnection connection, String password) {
    byte[] plain = password.getBytes(StandardCharsets.UTF_8);
    if (plain.length > PASSWORD_BYTES_MAX) {
      return invalid(
          "The password must have at most %d bytes, had %d."
              .formatted(PASSWORD_BYTES_MAX, plain.length));
    }
    Optional<Encryption> by = encryption.get();
    if (by.isEmpty()) {
      return Answer.refused(
          ProblemCode.ENCRYPTION_KEY_MISSING,
          "This node has no key to encrypt the password by. Give all nodes the same"
              + " encryption.key-file or encryption.key-variable.");
    }
    TenantId tenant = connection.tenant();
    long most = allowances.of(tenant).connections();
    AuditEntry entry =
        AuditEntry.done(
            connection.createdAt(),
            tenant,
            connection.createdBy(),
            "connection.create",
            connection.name(),
            connection.url().text() + " as " + connection.user());
    return switch (store.add(connection, by.get().encrypt(plain, place(connection)), most, entry)) {
      case DONE -> Answer.done(connection);
      case TAKEN ->
          Answer.refused(
              ProblemCode.CONFLICT,
              "Tenant '%s' has a connection '%s'. Delete it first, or take another name."
                  .formatted(tenant, connection.name()));
      case CLOSED ->
          Answer.refused(ProblemCode.NOT_FOUND, "Tenant '" + tenant + "' is being deleted.");
      case FULL ->
          Answer.refused(
              ProblemCode.CONFLICT,
              "Tenant '%s' may have %d connections and has them. Delete one, or have its quota 'connections' raised."
                  .formatted(tenant, most));
    };
  }

  private Answer<TenantConnection> connection(
      TenantId tenant, String actor, String name, String url, String user) {
    if (!FunctionName.isValid(name)) {
      return invalid(
          "A connection's name must be [a-z][a-z0-9-]{0,62}, was '%s'."
              .formatted(Excerpt.of(name)));
    }
    if (user.isEmpty()
        || user.length() > USER_CHARS_MAX
        || user.chars().anyMatch(Character::isISOControl)) {
      return invalid(
          "The user must be 1-%d characters without control characters, had %d."
              .formatted(USER_CHARS_MAX, user.length()));
    }
    ConnectionUrl read;
    try {
      read = ConnectionUrl.of(url);
    } catch (IllegalArgumentException e) {
      return invalid("The URL " + e.getMessage() + ".");
    }
    if (read.isEmbedded() && !takesEmbedded) {
      return invalid(
          "The URL is of a database within the node, of which each node of a cluster would have"
              + " another. Name a server.");
    }
    if (isTaken.test(read)) {
      return invalid(
          "The URL is of the platform's own database, which no function may reach. Name another"
              + " database.");
    }
    return Answer.done(new TenantConnection(tenant, name, read, user, clock.instant(), actor));
  }

  /** The tenant's connections, by name. */
  public List<TenantConnection> list(TenantId tenant) {
    return store.list(tenant);
  }

  /** How many there are. */
  public int count(TenantId tenant) {
    return store.count(tenant);
  }

  /** Whether there is one of this name. */
  public boolean has(TenantId tenant, String name) {
    return store.find(tenant, name).isPresent();
  }

  /** The connection of this name, without its password. */
  public Answer<TenantConnection> show(TenantId tenant, String name) {
    return store
        .find(tenant, name)
        .map(sealed -> Answer.done(sealed.connection()))
        .orElseGet(() -> absent(tenant, name));
  }

  /** Has the tenant's functions reach it no more: what runs there is ended within a second. */
  public Answer<Boolean> delete(TenantId tenant, String actor, String name) {
    AuditEntry entry =
        AuditEntry.done(clock.instant(), tenant, actor, "connection.delete", name, "");
    return store.delete(tenant, name, entry) ? Answer.done(true) : absent(tenant, name);
  }

  /**
   * What opens the database, for workers alone.
   *
   * @throws Undecryptable if this node does not have the key
   */
  public Optional<DatabaseLogin> login(TenantId tenant, String name) {
    return store.find(tenant, name).map(this::login);
  }

  private DatabaseLogin login(Sealed sealed) {
    TenantConnection connection = sealed.connection();
    Place place = place(connection);
    byte[] password =
        encryption
            .get()
            .orElseThrow(() -> Undecryptable.withoutKey(place))
            .decrypt(sealed.password(), place);
    return new DatabaseLogin(
        connection.url(),
        connection.user(),
        new String(password, StandardCharsets.UTF_8),
        connection.createdAt());
  }

  @Override
  public int rewrap() {
    return encryption
        .get()
        .map(by ->
            store.reseal(
                sealed ->
                    !Ciphertext.key(sealed).equals(by.key()) && by.has(Ciphertext.key(sealed)),
                sealed -> anew(by, sealed)))
        .orElse(0);
  }

  private static Sealed anew(Encryption by, Sealed sealed) {
    Place place = place(sealed.connection());
    try {
      return new Sealed(
          sealed.connection(), by.encrypt(by.decrypt(sealed.password(), place), place));
    } catch (Undecryptable e) {
      LOG.warn("A connection's password stays as it is cause={}", e.getMessage());
      return sealed;
    }
  }

  private static Place place(TenantConnection connection) {
    return Place.of(
        "connection", connection.tenant().value(), connection.name(), connection.url().text());
  }

  private static <T> Answer<T> absent(TenantId tenant, String name) {
    return Answer.refused(
        ProblemCode.NOT_FOUND,
        "Tenant '%s' has no connection '%s'. List its connections to see them."
            .formatted(tenant, Excerpt.of(name)));
  }

  private static <T> Answer<T> invalid(String detail) {
    return Answer.refused(ProblemCode.INVALID_REQUEST, detail);
  }
}
