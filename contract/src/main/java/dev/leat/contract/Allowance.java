package dev.leat.contract;

import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What a tenant may have at the most. Deploying and publishing check it; what was deployed or
 * published before stays when it is lowered, but powers are asked for at each use, too.
 *
 * @param limits each of a function's limits may be this high
 * @param defaults what a function's limits are that its manifest does not name
 * @param instances of one version, on one node
 * @param functions all versions of one count as one
 * @param modules each version of each counts
 * @param storedBytes of all modules together
 * @param keys that its functions keep values under
 * @param keyValueBytes of these keys and values together
 * @param asyncBacklog asynchronous invocations that wait or run
 * @param asyncBytes of their bodies, of answers and of dead letters that are kept
 * @param secrets that it sets for them
 * @param secretBytes of the values of these
 * @param connections to databases that its functions may be let reach
 * @param schedules by which its functions are called at certain times
 * @param grants the words of the powers that its functions may be granted ({@link Grant#word})
 * @param privateAddresses that they may reach by HTTP though the rest of the world cannot
 */
public record Allowance(
    Limits limits,
    Limits defaults,
    int instances,
    int functions,
    int modules,
    long storedBytes,
    long keys,
    long keyValueBytes,
    long asyncBacklog,
    long asyncBytes,
    long secrets,
    long secretBytes,
    long connections,
    long schedules,
    Set<String> grants,
    List<AddressRange> privateAddresses) {
  /** Functions of a tenant: at 100 versions of about 1 KB each, 100 MB of routes at the most. */
  public static final int FUNCTIONS_MAX = 1_000;

  /** Modules of a tenant. */
  public static final int MODULES_MAX = 10_000;

  /** Keys of a tenant, where nothing else is set: with the longest of each 50 MB of index. */
  public static final long KEYS = 100_000;

  /** Bytes of a tenant's keys and values, where nothing else is set: 100 MiB. */
  public static final long KEY_VALUE_BYTES = 100 << 20;

  /** Databases of a tenant, where nothing else is set. */
  public static final long CONNECTIONS = 10;

  /** Schedules of a tenant, where nothing else is set. */
  public static final long SCHEDULES = 100;

  /** Schedules of a tenant at the most: all at once, a node fires them within some ten seconds. */
  public static final long SCHEDULES_MAX = 10_000;

  /** Databases of a tenant at the most: each node may have four connections to each. */
  public static final long CONNECTIONS_MAX = 1_000;

  /** What the platform itself bears: a tenant to whom nobody has set less. */
  public static final Allowance PLATFORM =
      new Allowance(
          new Limits(
              Long.MAX_VALUE,
              Limits.MEMORY_BYTES_MAX,
              Limits.TIMEOUT_MAX,
              Limits.BODY_BYTES_MAX,
              Limits.BODY_BYTES_MAX),
          InstancePolicy.MAX_INSTANCES,
          FUNCTIONS_MAX,
          MODULES_MAX,
          Long.MAX_VALUE);

  /** Asynchronous invocations of a tenant, where nothing else is set: some 100 MB of rows. */
  public static final long ASYNC_BACKLOG = 100_000;

  /** Bytes that they hold, where nothing else is set: 1 GiB. */
  public static final long ASYNC_BYTES = 1L << 30;

  /** Secrets of a tenant, where nothing else is set. */
  public static final long SECRETS = 1_000;

  /** Secrets of a tenant at the most: they are deleted with it, at once. */
  public static final long SECRETS_MAX = 10_000;

  /** Bytes of their values, where nothing else is set: 1 MiB, 1 KiB for each. */
  public static final long SECRET_BYTES = 1 << 20;

  public Allowance {
    grants = Set.copyOf(grants);
    privateAddresses = List.copyOf(privateAddresses);
  }

  /** With every power that there is, and the usual defaults. */
  public Allowance(Limits limits, int instances, int functions, int modules, long storedBytes) {
    this(
        limits,
        Limits.DEFAULT,
        instances,
        functions,
        modules,
        storedBytes,
        KEYS,
        KEY_VALUE_BYTES,
        ASYNC_BACKLOG,
        ASYNC_BYTES,
        SECRETS,
        SECRET_BYTES,
        CONNECTIONS,
        SCHEDULES,
        Grant.WORDS,
        List.of());
  }

  /** The same with other limits of functions, and others where a manifest names none. */
  public Allowance withLimits(Limits most, Limits usual) {
    return changed(draft -> {
      draft.limits = most;
      draft.defaults = usual;
    });
  }

  /** The same with other powers. */
  public Allowance withGrants(Set<String> words) {
    return changed(draft -> draft.grants = words);
  }

  /** The same with other room for keys and values. */
  public Allowance withKeys(long count, long bytes) {
    return changed(draft -> {
      draft.keys = count;
      draft.keyValueBytes = bytes;
    });
  }

  /** The same, reaching these private addresses. */
  public Allowance withPrivateAddresses(List<AddressRange> ranges) {
    return changed(draft -> draft.privateAddresses = ranges);
  }

  /** The same with other room for secrets. */
  public Allowance withSecrets(long count, long bytes) {
    return changed(draft -> {
      draft.secrets = count;
      draft.secretBytes = bytes;
    });
  }

  private Allowance changed(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.done();
  }

  /** A copy whose components can be set. */
  private static final class Draft {
    private final Allowance base;
    private Limits limits;
    private Limits defaults;
    private long keys;
    private long keyValueBytes;
    private long secrets;
    private long secretBytes;
    private Set<String> grants;
    private List<AddressRange> privateAddresses;

    Draft(Allowance base) {
      this.base = base;
      limits = base.limits;
      defaults = base.defaults;
      keys = base.keys;
      keyValueBytes = base.keyValueBytes;
      secrets = base.secrets;
      secretBytes = base.secretBytes;
      grants = base.grants;
      privateAddresses = base.privateAddresses;
    }

    Allowance done() {
      return new Allowance(
          limits,
          defaults,
          base.instances,
          base.functions,
          base.modules,
          base.storedBytes,
          keys,
          keyValueBytes,
          base.asyncBacklog,
          base.asyncBytes,
          secrets,
          secretBytes,
          base.connections,
          base.schedules,
          grants,
          privateAddresses);
    }
  }
}
