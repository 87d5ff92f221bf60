package dev.leat.worker.capability.keyvalue;

import dev.leat.contract.TenantId;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Values that are gone with the process: for who runs a function without a node. One lock; what a
 * tenant uses is counted when it is asked, so it is for few values.
 */
public final class MemoryKeyValueStore implements KeyValueStore {
  private static final Comparator<Key> ORDER =
      Comparator.comparing((Key key) -> key.tenant().value())
          .thenComparing(Key::namespace)
          .thenComparing(Key::bytes, Arrays::compareUnsigned);

  private final TreeMap<Key, Entry> entries = new TreeMap<>(ORDER);

  private record Entry(byte[] value, Instant expiresAt) {}

  @Override
  public synchronized Optional<byte[]> get(Key key, Instant now) {
    return Optional.ofNullable(live(key, now)).map(entry -> entry.value().clone());
  }

  @Override
  public synchronized boolean exists(Key key, Instant now) {
    return live(key, now) != null;
  }

  @Override
  public synchronized Written set(
      Key key, byte[] value, Instant expiresAt, Instant now, Room room) {
    return put(key, new Entry(value.clone(), expiresAt), room);
  }

  @Override
  public synchronized Written delete(Key key, Instant now) {
    if (live(key, now) == null) {
      return Written.ABSENT;
    }
    entries.remove(key);
    return Written.DONE;
  }

  @Override
  public synchronized Written expire(Key key, Instant expiresAt, Instant now) {
    Entry entry = live(key, now);
    if (entry == null) {
      return Written.ABSENT;
    }
    entries.put(key, new Entry(entry.value(), expiresAt));
    return Written.DONE;
  }

  @Override
  public synchronized Incremented increment(
      Key key, long delta, Instant expiresAt, Instant now, Room room) {
    Entry before = live(key, now);
    OptionalLong added =
        before == null ? OptionalLong.of(delta) : KeyValueStore.sum(before.value(), delta);
    if (added.isEmpty()) {
      return new Incremented(Written.INVALID, 0);
    }
    long sum = added.getAsLong();
    byte[] digits = Long.toString(sum).getBytes(StandardCharsets.UTF_8);
    Written how =
        put(key, new Entry(digits, before == null ? expiresAt : before.expiresAt()), room);
    return new Incremented(how, how == Written.DONE ? sum : 0);
  }

  @Override
  public synchronized Written compareAndSet(
      Key key, Optional<byte[]> expected, byte[] value, Instant expiresAt, Instant now, Room room) {
    Entry before = live(key, now);
    boolean isAsExpected =
        before == null
            ? expected.isEmpty()
            : expected.filter(old -> Arrays.equals(old, before.value())).isPresent();
    return isAsExpected ? put(key, new Entry(value.clone(), expiresAt), room) : Written.CONFLICT;
  }

  @Override
  public synchronized List<String> list(
      TenantId tenant, String namespace, String prefix, int limit, Instant now) {
    return entries.tailMap(new Key(tenant, namespace, prefix)).entrySet().stream()
        .takeWhile(each ->
            each.getKey().tenant().equals(tenant)
                && each.getKey().namespace().equals(namespace)
                && each.getKey().text().startsWith(prefix))
        .filter(each -> each.getValue().expiresAt().isAfter(now))
        .limit(limit)
        .map(each -> each.getKey().text())
        .toList();
  }

  @Override
  public synchronized Use use(TenantId tenant) {
    long keys = 0;
    long bytes = 0;
    for (Map.Entry<Key, Entry> each : entries.entrySet()) {
      if (each.getKey().tenant().equals(tenant)) {
        keys++;
        bytes += size(each.getKey(), each.getValue());
      }
    }
    return new Use(keys, bytes);
  }

  @Override
  public synchronized int collect(Instant now, int most) {
    int removed = 0;
    Iterator<Entry> each = entries.values().iterator();
    while (removed < most && each.hasNext()) {
      if (!each.next().expiresAt().isAfter(now)) {
        each.remove();
        removed++;
      }
    }
    return removed;
  }

  @Override
  public synchronized int forget(TenantId tenant, int most) {
    int removed = 0;
    Iterator<Key> each = entries.keySet().iterator();
    while (removed < most && each.hasNext()) {
      if (each.next().tenant().equals(tenant)) {
        each.remove();
        removed++;
      }
    }
    return removed;
  }

  private @Nullable Entry live(Key key, Instant now) {
    Entry entry = entries.get(key);
    return entry == null || !entry.expiresAt().isAfter(now) ? null : entry;
  }

  private Written put(Key key, Entry entry, Room room) {
    Entry old = entries.get(key);
    Use use = use(key.tenant());
    long moreKeys = old == null ? 1 : 0;
    long moreBytes = size(key, entry) - (old == null ? 0 : size(key, old));
    boolean isFull =
        (moreKeys > 0 && use.keys() + moreKeys > room.keys())
            || (moreBytes > 0 && use.bytes() + moreBytes > room.bytes());
    if (isFull) {
      return Written.FULL;
    }
    entries.put(key, entry);
    return Written.DONE;
  }

  private static long size(Key key, Entry entry) {
    return (long) key.bytes().length + entry.value().length;
  }
}
