package dev.leat.worker.jdbi;

import dev.leat.contract.TenantId;
import dev.leat.store.Database;
import dev.leat.worker.capability.keyvalue.KeyValueStore;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Values in a table. Who changes one locks its row, then the row of what its tenant uses: each in
 * this order, so that nobody waits in a circle.
 */
public final class JdbiKeyValueStore implements KeyValueStore {
  private static final Room ANY_ROOM = new Room(Long.MAX_VALUE, Long.MAX_VALUE);

  private static final String OF_KEY =
      " WHERE tenant = :tenant AND namespace = :namespace AND item = :item";

  private static final String INSERT =
      """
      INSERT INTO key_values (tenant, namespace, item, content, expires_at)
      VALUES (:tenant, :namespace, :item, :content, :expiresAt)
      """;

  private static final String UPDATE =
      "UPDATE key_values SET content = :content, expires_at = :expiresAt" + OF_KEY;

  private static final String FOUND =
      """
      SELECT tenant, namespace, item, OCTET_LENGTH(item) + OCTET_LENGTH(content) AS size_bytes
      FROM key_values
      """;

  private final Database database;

  public JdbiKeyValueStore(DataSource source) {
    this.database = new Database(source);
  }

  @Override
  public Optional<byte[]> get(Key key, Instant now) {
    return database.read(
        "Reading a value of tenant " + key.tenant(),
        handle ->
            handle
                .createQuery(
                    """
                    SELECT content FROM key_values
                    WHERE tenant = :tenant AND namespace = :namespace AND item = :item
                    AND expires_at > :now
                    """)
                .bind("tenant", key.tenant().value())
                .bind("namespace", key.namespace())
                .bind("item", key.bytes())
                .bind("now", now)
                .mapTo(byte[].class)
                .findOne());
  }

  @Override
  public boolean exists(Key key, Instant now) {
    return database
        .read(
            "Looking for a value of tenant " + key.tenant(),
            handle ->
                handle
                    .createQuery("SELECT 1 FROM key_values" + OF_KEY + " AND expires_at > :now")
                    .bind("tenant", key.tenant().value())
                    .bind("namespace", key.namespace())
                    .bind("item", key.bytes())
                    .bind("now", now)
                    .mapTo(Integer.class)
                    .findOne())
        .isPresent();
  }

  @Override
  public Written set(Key key, byte[] value, Instant expiresAt, Instant now, Room room) {
    return change(key, now, room, before -> new Next.Put(value, expiresAt)).how();
  }

  @Override
  public Written delete(Key key, Instant now) {
    return change(
            key,
            now,
            ANY_ROOM,
            before -> before == null ? new Next.Stay(Written.ABSENT) : new Next.Gone())
        .how();
  }

  @Override
  public Written expire(Key key, Instant expiresAt, Instant now) {
    return change(
            key,
            now,
            ANY_ROOM,
            before -> before == null ? new Next.Stay(Written.ABSENT) : new Next.Until(expiresAt))
        .how();
  }

  @Override
  public Incremented increment(Key key, long delta, Instant expiresAt, Instant now, Room room) {
    Changed changed =
        change(
            key,
            now,
            room,
            before ->
                before == null ? new Next.Put(decimal(delta), expiresAt) : sum(before, delta));
    return new Incremented(
        changed.how(), changed.value() == null ? 0 : Long.parseLong(text(changed.value())));
  }

  private static Next sum(Entry before, long delta) {
    OptionalLong sum = KeyValueStore.sum(before.value(), delta);
    return sum.isPresent()
        ? new Next.Put(decimal(sum.getAsLong()), before.expiresAt())
        : new Next.Stay(Written.INVALID);
  }

  @Override
  public Written compareAndSet(
      Key key, Optional<byte[]> expected, byte[] value, Instant expiresAt, Instant now, Room room) {
    return change(
            key,
            now,
            room,
            before ->
                Arrays.equals(before == null ? null : before.value(), expected.orElse(null))
                    ? new Next.Put(value, expiresAt)
                    : new Next.Stay(Written.CONFLICT))
        .how();
  }

  /** Reads a row, decides, and writes: all or nothing, and nobody else in between. */
  private Changed change(Key key, Instant now, Room room, Function<@Nullable Entry, Next> decide) {
    while (true) {
      Optional<Changed> changed =
          database.inTransactionUnlessTaken(
              "Changing a value of tenant " + key.tenant(),
              handle -> change(handle, key, now, room, decide));
      if (changed.isPresent()) {
        return changed.get();
      }
      // Another transaction has put the first value there just now: this time it is found.
    }
  }

  private static Changed change(
      Handle handle, Key key, Instant now, Room room, Function<@Nullable Entry, Next> decide) {
    Entry row = lock(handle, key).orElse(null);
    long size = row == null ? 0 : size(key, row.value());
    boolean isThere = row != null && row.expiresAt().isAfter(now);
    return switch (decide.apply(isThere ? row : null)) {
      case Next.Stay(Written how) -> new Changed(how, null);
      case Next.Gone() -> {
        use(handle, key.tenant(), -1, -size, ANY_ROOM);
        delete(handle, key);
        yield new Changed(Written.DONE, null);
      }
      case Next.Until(Instant expiresAt) -> {
        setExpiry(handle, key, expiresAt);
        yield new Changed(Written.DONE, null);
      }
      case Next.Put(byte[] value, Instant expiresAt) -> {
        Entry entry = new Entry(value, expiresAt);
        if (!use(handle, key.tenant(), row == null ? 1 : 0, size(key, value) - size, room)) {
          yield new Changed(Written.FULL, null);
        }
        put(handle, key, entry, row == null ? INSERT : UPDATE);
        yield new Changed(Written.DONE, value);
      }
    };
  }

  private static Optional<Entry> lock(Handle handle, Key key) {
    return handle
        .createQuery("SELECT content, expires_at FROM key_values" + OF_KEY + " FOR UPDATE")
        .bind("tenant", key.tenant().value())
        .bind("namespace", key.namespace())
        .bind("item", key.bytes())
        .map((row, context) ->
            new Entry(row.getBytes("content"), Database.instant(row, "expires_at")))
        .findOne();
  }

  private static void put(Handle handle, Key key, Entry entry, String statement) {
    handle
        .createUpdate(statement)
        .bind("tenant", key.tenant().value())
        .bind("namespace", key.namespace())
        .bind("item", key.bytes())
        .bind("content", entry.value())
        .bind("expiresAt", entry.expiresAt())
        .execute();
  }

  private static void setExpiry(Handle handle, Key key, Instant expiresAt) {
    handle
        .createUpdate("UPDATE key_values SET expires_at = :expiresAt" + OF_KEY)
        .bind("tenant", key.tenant().value())
        .bind("namespace", key.namespace())
        .bind("item", key.bytes())
        .bind("expiresAt", expiresAt)
        .execute();
  }

  private static void delete(Handle handle, Key key) {
    handle
        .createUpdate("DELETE FROM key_values" + OF_KEY)
        .bind("tenant", key.tenant().value())
        .bind("namespace", key.namespace())
        .bind("item", key.bytes())
        .execute();
  }

  /** Counts what is more or less; says no, and counts nothing, if it is more than there is room. */
  private static boolean use(Handle handle, TenantId tenant, int keys, long bytes, Room room) {
    if (keys == 0 && bytes == 0) {
      return true;
    }
    return count(handle, tenant, keys, bytes, room)
        || isFirst(handle, tenant, keys, bytes, room)
        // Its row may have come in between.
        || count(handle, tenant, keys, bytes, room);
  }

  private static boolean count(Handle handle, TenantId tenant, int keys, long bytes, Room room) {
    return handle
            .createUpdate(
                """
                UPDATE key_value_use SET entries = entries + :keys, bytes = bytes + :bytes
                WHERE tenant = :tenant
                AND entries + :keys <= :keysMax AND bytes + :bytes <= :bytesMax
                """)
            .bind("tenant", tenant.value())
            .bind("keys", (long) keys)
            .bind("bytes", bytes)
            .bind("keysMax", keys > 0 ? room.keys() : Long.MAX_VALUE)
            .bind("bytesMax", bytes > 0 ? room.bytes() : Long.MAX_VALUE)
            .execute()
        == 1;
  }

  private static boolean isFirst(Handle handle, TenantId tenant, int keys, long bytes, Room room) {
    if (keys > room.keys() || bytes > room.bytes() || find(handle, tenant).isPresent()) {
      return false;
    }
    handle
        .createUpdate(
            "INSERT INTO key_value_use (tenant, entries, bytes) VALUES (:tenant, :keys, :bytes)")
        .bind("tenant", tenant.value())
        .bind("keys", (long) keys)
        .bind("bytes", bytes)
        .execute();
    return true;
  }

  @Override
  public List<String> list(
      TenantId tenant, String namespace, String prefix, int limit, Instant now) {
    byte[] from = prefix.getBytes(StandardCharsets.UTF_8);
    return database.read(
        "Listing keys of tenant " + tenant,
        handle ->
            handle
                .createQuery(
                    """
                    SELECT item FROM key_values
                    WHERE tenant = :tenant AND namespace = :namespace
                    AND item >= :from AND item < :to AND expires_at > :now
                    ORDER BY item LIMIT :limit
                    """)
                .bind("tenant", tenant.value())
                .bind("namespace", namespace)
                .bind("from", from)
                .bind("to", after(from))
                .bind("now", now)
                .bind("limit", limit)
                .mapTo(byte[].class)
                .map(JdbiKeyValueStore::text)
                .list());
  }

  /** What comes after all that begins with this. No byte of UTF-8 is 0xFF. */
  private static byte[] after(byte[] prefix) {
    if (prefix.length == 0) {
      return new byte[] {(byte) 0xFF};
    }
    byte[] after = prefix.clone();
    after[after.length - 1]++;
    return after;
  }

  @Override
  public Use use(TenantId tenant) {
    return database
        .read("Reading what tenant " + tenant + " keeps", handle -> find(handle, tenant))
        .orElse(new Use(0, 0));
  }

  private static Optional<Use> find(Handle handle, TenantId tenant) {
    return handle
        .createQuery("SELECT entries, bytes FROM key_value_use WHERE tenant = :tenant")
        .bind("tenant", tenant.value())
        .map((row, context) -> new Use(row.getLong("entries"), row.getLong("bytes")))
        .findOne();
  }

  @Override
  public int collect(Instant now, int most) {
    return database.inTransaction(
        "Collecting values that have expired",
        handle ->
            remove(
                handle,
                handle
                    .createQuery(
                        FOUND
                            + " WHERE expires_at <= :now ORDER BY expires_at LIMIT :most"
                            + " FOR UPDATE SKIP LOCKED")
                    .bind("now", now)
                    .bind("most", most)
                    .map((row, context) -> found(row))
                    .list()));
  }

  @Override
  public int forget(TenantId tenant, int most) {
    return database.inTransaction(
        "Removing the values of tenant " + tenant,
        handle -> {
          List<Found> some =
              handle
                  .createQuery(FOUND + " WHERE tenant = :tenant LIMIT :most FOR UPDATE")
                  .bind("tenant", tenant.value())
                  .bind("most", most)
                  .map((row, context) -> found(row))
                  .list();
          int removed = remove(handle, some);
          if (removed < most) {
            handle
                .createUpdate("DELETE FROM key_value_use WHERE tenant = :tenant AND entries = 0")
                .bind("tenant", tenant.value())
                .execute();
          }
          return removed;
        });
  }

  private static int remove(Handle handle, List<Found> all) {
    SortedMap<String, Use> uses = new TreeMap<>();
    for (Found found : all) {
      delete(handle, found.key());
      uses.merge(
          found.key().tenant().value(),
          new Use(1, found.size()),
          (one, other) -> new Use(one.keys() + other.keys(), one.bytes() + other.bytes()));
    }
    uses.forEach((tenant, less) ->
        use(handle, new TenantId(tenant), (int) -less.keys(), -less.bytes(), ANY_ROOM));
    return all.size();
  }

  private static Found found(ResultSet row) throws SQLException {
    Key key =
        new Key(
            new TenantId(row.getString("tenant")),
            row.getString("namespace"),
            text(row.getBytes("item")));
    return new Found(key, row.getLong("size_bytes"));
  }

  private static long size(Key key, byte[] value) {
    return (long) key.bytes().length + value.length;
  }

  private static byte[] decimal(long number) {
    return Long.toString(number).getBytes(StandardCharsets.US_ASCII);
  }

  private static String text(byte[] utf8) {
    return new String(utf8, StandardCharsets.UTF_8);
  }

  private record Entry(byte[] value, Instant expiresAt) {}

  private record Found(Key key, long size) {}

  /** The value that was written, if one was. */
  private record Changed(Written how, byte @Nullable [] value) {}

  /** What is to become of a row. */
  private sealed interface Next {
    record Put(byte[] value, Instant expiresAt) implements Next {}

    /** The value stays as it is. */
    record Until(Instant expiresAt) implements Next {}

    record Gone() implements Next {}

    record Stay(Written how) implements Next {}
  }
}
