package dev.leat.worker.redis;

import dev.leat.contract.TenantId;
import dev.leat.store.StoreFailure;
import dev.leat.worker.capability.keyvalue.KeyValueStore;
import io.lettuce.core.KeyValue;
import io.lettuce.core.ScriptOutputType;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Values in a Redis. Each tenant has a hash of its values, a sorted set of their names, for
 * listings, and a hash of how much that is; one sorted set has when which value of whom expires.
 * Whoever changes a value is a script, which Redis runs while it does nothing else: so the counts
 * are always those of what is there.
 *
 * <p>A tenant is called {@code NAME@MILLIS} there, after the moment when it was made: so a later
 * one of its name never finds what it left, and a Redis that is away hinders neither.
 *
 * <p>A field of a tenant's is {@code namespace NUL key}, and a member among the expiries {@code
 * tenant NUL namespace NUL key}. Names of tenants and namespaces have no NUL, so two different keys
 * are never one, whatever a key is.
 *
 * <p>Redis's own expiry is not used: it would remove values that are counted.
 */
public final class RedisKeyValueStore implements KeyValueStore, AutoCloseable {
  private static final Room ANY_ROOM = new Room(Long.MAX_VALUE, Long.MAX_VALUE);
  private static final byte[] NOTHING = {};

  /** Names that one script of a listing looks at: about a millisecond. */
  static final int LOOKED_AT_ONCE = 1_000;

  /** Scores are floating-point: whole numbers up to this are exact. In microseconds, until 2255. */
  private static final long SCORE_MAX = 1L << 53;

  private static final Written[] ENDINGS = {
    Written.DONE, Written.ABSENT, Written.CONFLICT, Written.INVALID, Written.FULL
  };

  private final RedisLine redis;
  private final Function<TenantId, Optional<Instant>> madeAt;
  private final String values;
  private final String names;
  private final String use;
  private final byte[] expiries;

  /**
   * @param madeAt when a tenant was made, as far as it is known here; must not block
   */
  public RedisKeyValueStore(RedisConfig config, Function<TenantId, Optional<Instant>> madeAt) {
    this(config, madeAt, new RedisLine(config));
  }

  RedisKeyValueStore(
      RedisConfig config, Function<TenantId, Optional<Instant>> madeAt, RedisLine redis) {
    this.redis = redis;
    this.madeAt = madeAt;
    this.values = config.prefix() + "values:";
    this.names = config.prefix() + "names:";
    this.use = config.prefix() + "use:";
    this.expiries = bytes(config.prefix() + "expiries");
  }

  @Override
  public Optional<byte[]> get(Key key, Instant now) {
    return Optional.ofNullable(
        redis.run(
            "Reading a value of tenant " + key.tenant(),
            Script.GET,
            ScriptOutputType.VALUE,
            new byte[][] {of(values, key.tenant()), expiries},
            field(key),
            member(key),
            score(now)));
  }

  @Override
  public boolean exists(Key key, Instant now) {
    Double expiry =
        redis.ask(
            "Looking for a value of tenant " + key.tenant(),
            commands -> commands.zscore(expiries, member(key)));
    return expiry != null && expiry > micros(now);
  }

  @Override
  public Written set(Key key, byte[] value, Instant expiresAt, Instant now, Room room) {
    return change(key, now, room, "set", value, score(expiresAt)).how();
  }

  @Override
  public Written delete(Key key, Instant now) {
    return change(key, now, ANY_ROOM, "delete").how();
  }

  @Override
  public Written expire(Key key, Instant expiresAt, Instant now) {
    return change(key, now, ANY_ROOM, "expire", score(expiresAt)).how();
  }

  @Override
  public Incremented increment(Key key, long delta, Instant expiresAt, Instant now, Room room) {
    return change(key, now, room, "increment", decimal(delta), score(expiresAt));
  }

  @Override
  public Written compareAndSet(
      Key key, Optional<byte[]> expected, byte[] value, Instant expiresAt, Instant now, Room room) {
    return change(
            key,
            now,
            room,
            "compare_and_set",
            decimal(expected.isPresent() ? 1 : 0),
            expected.orElse(NOTHING),
            value,
            score(expiresAt))
        .how();
  }

  private Incremented change(Key key, Instant now, Room room, String verb, byte[]... taken) {
    byte[][] args = new byte[7 + taken.length][];
    args[0] = field(key);
    args[1] = member(key);
    args[2] = decimal(key.bytes().length);
    args[3] = score(now);
    args[4] = decimal(room.keys());
    args[5] = decimal(room.bytes());
    args[6] = bytes(verb);
    System.arraycopy(taken, 0, args, 7, taken.length);
    List<Object> answer =
        redis.run(
            "Changing a value of tenant " + key.tenant(),
            Script.CHANGE,
            ScriptOutputType.MULTI,
            new byte[][] {
              of(values, key.tenant()), of(names, key.tenant()), of(use, key.tenant()), expiries
            },
            args);
    Written how = ENDINGS[((Long) answer.getFirst()).intValue()];
    boolean isSum = how == Written.DONE && answer.size() > 1;
    return new Incremented(how, isSum ? Long.parseLong(text((byte[]) answer.get(1))) : 0);
  }

  @Override
  public List<String> list(
      TenantId tenant, String namespace, String prefix, int limit, Instant now) {
    byte[] first = field(namespace, bytes(prefix));
    byte[] from = lexical('[', first);
    byte[] to = lexical('(', after(first));
    List<String> found = new ArrayList<>();
    while (true) {
      List<byte[]> some =
          redis.run(
              "Listing keys of tenant " + tenant,
              Script.LIST,
              ScriptOutputType.MULTI,
              new byte[][] {of(names, tenant), expiries},
              from,
              to,
              decimal(LOOKED_AT_ONCE),
              score(now),
              member(tenant, NOTHING));
      for (byte[] field : some.subList(1, some.size())) {
        if (found.size() == limit) {
          return found;
        }
        found.add(text(field).substring(namespace.length() + 1));
      }
      byte[] last = some.getFirst();
      if (last.length == 0) {
        return found;
      }
      from = lexical('(', last);
    }
  }

  @Override
  public Use use(TenantId tenant) {
    if (madeAt.apply(tenant).isEmpty()) {
      return new Use(0, 0);
    }
    List<KeyValue<byte[], byte[]>> counts =
        redis.ask(
            "Reading what tenant " + tenant + " keeps",
            commands -> commands.hmget(of(use, tenant), bytes("keys"), bytes("bytes")));
    return new Use(number(counts.get(0)), number(counts.get(1)));
  }

  private static long number(KeyValue<byte[], byte[]> count) {
    return count.map(RedisKeyValueStore::text).map(Long::parseLong).getValueOrElse(0L);
  }

  @Override
  public int collect(Instant now, int most) {
    Long collected =
        redis.run(
            "Collecting values that have expired",
            Script.COLLECT,
            ScriptOutputType.INTEGER,
            new byte[][] {expiries},
            score(now),
            decimal(most),
            bytes(values),
            bytes(names),
            bytes(use));
    return Math.toIntExact(collected);
  }

  @Override
  public int forget(TenantId tenant, int most) {
    return forget(owner(tenant), most);
  }

  /**
   * Removes some of what a tenant had that may be no more.
   *
   * @param owner as {@link #owner(TenantId, Instant)} says
   */
  public int forget(String owner, int most) {
    Long forgotten =
        redis.run(
            "Removing the values of tenant " + owner,
            Script.FORGET,
            ScriptOutputType.INTEGER,
            new byte[][] {
              bytes(values + owner), bytes(names + owner), bytes(use + owner), expiries
            },
            decimal(most),
            joined(bytes(owner), NOTHING));
    return Math.toIntExact(forgotten);
  }

  /** What a tenant that was made then is called here. */
  public static String owner(TenantId tenant, Instant madeAt) {
    return tenant + "@" + madeAt.toEpochMilli();
  }

  private String owner(TenantId tenant) {
    return madeAt
        .apply(tenant)
        .map(made -> owner(tenant, made))
        .orElseThrow(() ->
            new StoreFailure(
                "Finding the values of tenant " + tenant,
                true,
                new IllegalStateException("There is no such tenant, or it is not known here yet")));
  }

  private byte[] of(String what, TenantId tenant) {
    return bytes(what + owner(tenant));
  }

  private static byte[] field(Key key) {
    return field(key.namespace(), key.bytes());
  }

  private static byte[] field(String namespace, byte[] key) {
    if (namespace.indexOf(0) >= 0) {
      throw new IllegalArgumentException("A namespace has no NUL");
    }
    return joined(bytes(namespace), key);
  }

  private byte[] member(Key key) {
    return member(key.tenant(), field(key));
  }

  private byte[] member(TenantId tenant, byte[] field) {
    return joined(bytes(owner(tenant)), field);
  }

  private static byte[] joined(byte[] name, byte[] rest) {
    ByteArrayOutputStream joined = new ByteArrayOutputStream(name.length + 1 + rest.length);
    joined.writeBytes(name);
    joined.write(0);
    joined.writeBytes(rest);
    return joined.toByteArray();
  }

  /** An end of a range of names, which belongs to it or not. */
  private static byte[] lexical(char how, byte[] end) {
    ByteArrayOutputStream range = new ByteArrayOutputStream(1 + end.length);
    range.write(how);
    range.writeBytes(end);
    return range.toByteArray();
  }

  /** What comes after all that begins with this. No byte of UTF-8 is 0xFF. */
  private static byte[] after(byte[] prefix) {
    byte[] after = prefix.clone();
    after[after.length - 1]++;
    return after;
  }

  private static byte[] score(Instant instant) {
    return decimal(micros(instant));
  }

  private static long micros(Instant instant) {
    boolean isExact = instant.getEpochSecond() < SCORE_MAX / 1_000_000;
    return isExact ? instant.getEpochSecond() * 1_000_000 + instant.getNano() / 1_000 : SCORE_MAX;
  }

  private static byte[] decimal(long number) {
    return bytes(Long.toString(number));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(byte[] utf8) {
    return new String(utf8, StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    redis.close();
  }
}
