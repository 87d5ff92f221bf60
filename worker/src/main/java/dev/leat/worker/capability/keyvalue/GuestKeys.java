package dev.leat.worker.capability.keyvalue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.leat.contract.Allowance;
import dev.leat.contract.Allowances;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.Grant;
import dev.leat.contract.TenantId;
import dev.leat.contract.permission.PermissionType;
import dev.leat.engine.GuestInstance;
import dev.leat.engine.StackRoom;
import dev.leat.store.StoreFailure;
import dev.leat.worker.capability.GuestBuffer;
import dev.leat.worker.capability.GuestPermits;
import dev.leat.worker.capability.GuestText;
import dev.leat.worker.capability.HostCode;
import dev.leat.worker.capability.HostWork;
import dev.leat.worker.capability.keyvalue.KeyValueStore.Key;
import dev.leat.worker.capability.keyvalue.KeyValueStore.Room;
import dev.leat.worker.capability.keyvalue.KeyValueStore.Written;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys that one instance reaches. Each method is a host function: arguments as the guest gave
 * them, the answer a length, a value or a {@link HostCode}. Confined to the guest's thread.
 */
public final class GuestKeys {
  /** Of a key, in UTF-8: several fit a page of each database's index. */
  static final int KEY_BYTES_MAX = 512;

  static final int VALUE_BYTES_MAX = 256 << 10;

  /** Of one listing: with the longest keys 3 MB of JSON, all of it escaped. */
  static final int LIST_MAX = 1_000;

  /** For one request of the database; its connections wait no longer either. */
  static final Duration PATIENCE = Duration.ofSeconds(5);

  /** Before the name of the function whose processor's state it is. */
  static final String STATE_KEY = "processor-state/";

  private static final Logger LOG = LoggerFactory.getLogger(GuestKeys.class);
  private static final JsonFactory JSON = new JsonFactory();

  /** The length of a value that must not be there. */
  private static final int NOTHING = -1;

  /** For looking at one key of a listing. */
  private static final int FUEL_PER_KEY = 1_000;

  private final FunctionRef function;
  private final TenantId tenant;
  private final Grant.KeyValue granted;
  private final GuestPermits permits;
  private final KeyValueStore store;
  private final HostWork work;
  private final Allowances allowances;
  private final InstantSource clock;

  /** An answer that did not fit where the guest wanted it, for when it asks again. */
  private @Nullable Kept kept;

  GuestKeys(
      FunctionRef function,
      Grant.KeyValue granted,
      GuestPermits permits,
      KeyValueStore store,
      HostWork work,
      Allowances allowances,
      InstantSource clock) {
    this.function = function;
    this.tenant = function.tenant();
    this.granted = granted;
    this.permits = permits;
    this.store = store;
    this.work = work;
    this.allowances = allowances;
    this.clock = clock;
  }

  /** {@code kv_get(key, klen, buf, cap)}. */
  int get(GuestInstance guest, long[] a) {
    return forKey(
        guest,
        a,
        PermissionType.KEYVALUE_READ,
        key -> {
          String asked = "get " + key.text();
          byte[] before = kept(asked);
          return before != null
              ? copyOut(guest, asked, before, a[2], a[3])
              : await(
                  guest,
                  () -> store.get(key, clock.instant()),
                  found ->
                      found
                          .map(value -> copyOut(guest, asked, value, a[2], a[3]))
                          .orElse(HostCode.ABSENT));
        });
  }

  /** {@code kv_exists(key, klen)}. */
  int exists(GuestInstance guest, long[] a) {
    return forKey(
        guest,
        a,
        PermissionType.KEYVALUE_READ,
        key -> await(guest, () -> store.exists(key, clock.instant()), isThere -> isThere ? 1 : 0));
  }

  /** {@code kv_list(prefix, plen, limit, buf, cap)}. Keys that it may not read are left out. */
  int list(GuestInstance guest, long[] a) {
    if (Integer.compareUnsigned((int) a[1], KEY_BYTES_MAX) > 0) {
      return HostCode.TOO_LARGE;
    }
    String prefix = text(guest, a[0], a[1]);
    int limit = Math.min((int) a[2], LIST_MAX);
    if (prefix == null || limit < 1) {
      return HostCode.INVALID;
    }
    String asked = "list " + limit + " " + prefix;
    byte[] before = kept(asked);
    return before != null
        ? copyOut(guest, asked, before, a[3], a[4])
        : await(
            guest,
            () -> store.list(tenant, granted.namespace(), prefix, limit, clock.instant()),
            keys -> copyOut(guest, asked, json(guest, keys), a[3], a[4]));
  }

  private byte[] json(GuestInstance guest, List<String> keys) {
    guest.charge((long) keys.size() * FUEL_PER_KEY);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartArray();
      for (String key : keys) {
        if (permits.would(PermissionType.KEYVALUE_READ, resource(key))) {
          json.writeString(key);
        }
      }
      json.writeEndArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory does not fail
    }
    return out.toByteArray();
  }

  /** {@code kv_set(key, klen, val, vlen, ttl_seconds)}. */
  int set(GuestInstance guest, long[] a) {
    return forChange(
        guest,
        a,
        a[4],
        key -> {
          if (isTooLarge(a[3])) {
            return HostCode.TOO_LARGE;
          }
          byte[] value = bytes(guest, a[2], a[3]);
          return change(guest, () -> store.set(key, value, expiry(a[4]), clock.instant(), room()));
        });
  }

  /** {@code kv_delete(key, klen)}. */
  int delete(GuestInstance guest, long[] a) {
    return forChange(guest, a, 0, key -> change(guest, () -> store.delete(key, clock.instant())));
  }

  /** {@code kv_expire(key, klen, ttl_seconds)}. */
  int expire(GuestInstance guest, long[] a) {
    return forChange(
        guest,
        a,
        a[2],
        key -> change(guest, () -> store.expire(key, expiry(a[2]), clock.instant())));
  }

  /** {@code kv_increment(key, klen, delta, out)}. */
  int increment(GuestInstance guest, long[] a) {
    int out = (int) a[3];
    var unused = guest.memory().readLong(out); // where the sum goes, before anything is added
    return forChange(
        guest,
        a,
        0,
        key ->
            await(
                guest,
                () -> store.increment(key, a[2], expiry(0), clock.instant(), room()),
                sum -> {
                  if (sum.how() == Written.DONE) {
                    guest.memory().writeLong(out, sum.value());
                  }
                  return code(sum.how());
                }));
  }

  /** {@code kv_compare_and_set(key, klen, old, olen, val, vlen, ttl_seconds)}. */
  int compareAndSet(GuestInstance guest, long[] a) {
    return forChange(
        guest,
        a,
        a[6],
        key -> {
          boolean isNew = (int) a[3] == NOTHING;
          if ((!isNew && isTooLarge(a[3])) || isTooLarge(a[5])) {
            return HostCode.TOO_LARGE;
          }
          Optional<byte[]> old = isNew ? Optional.empty() : Optional.of(bytes(guest, a[2], a[3]));
          byte[] value = bytes(guest, a[4], a[5]);
          return change(
              guest,
              () -> store.compareAndSet(key, old, value, expiry(a[6]), clock.instant(), room()));
        });
  }

  /** {@code get_processor_state()}: in memory of the guest's own, or 0. */
  long processorState(GuestInstance guest) {
    Key key = stateKey();
    if (!permits.allows(PermissionType.KEYVALUE_READ, resource(key.text()))) {
      return 0;
    }
    AtomicReference<byte[]> state = new AtomicReference<>();
    var unused =
        await(
            guest,
            () -> store.get(key, clock.instant()),
            found -> {
              state.setPlain(found.orElse(null));
              return HostCode.DONE;
            });
    byte[] found = state.getPlain();
    return found == null ? 0 : GuestBuffer.give(guest, found);
  }

  /** {@code set_processor_state(ptr, len)}. */
  int setProcessorState(GuestInstance guest, long[] a) {
    if (isTooLarge(a[1])) {
      return HostCode.TOO_LARGE;
    }
    byte[] state = bytes(guest, a[0], a[1]);
    Key key = stateKey();
    return permits.allows(PermissionType.KEYVALUE_WRITE, resource(key.text()))
        ? change(guest, () -> store.set(key, state, expiry(0), clock.instant(), room()))
        : HostCode.DENIED;
  }

  /** Of each function one, among the keys that it shares with others. */
  private Key stateKey() {
    return new Key(tenant, granted.namespace(), STATE_KEY + function.name());
  }

  /** Nothing of one call is left to the next. */
  void forgetKept() {
    kept = null;
  }

  /** What a guest without the power asked for, as far as that can be told. */
  static String excerpt(GuestInstance guest, long pointer, long length) {
    return GuestText.read(guest, pointer, length, KEY_BYTES_MAX);
  }

  private int forChange(GuestInstance guest, long[] a, long ttlSeconds, ToIntFunction<Key> change) {
    kept = null;
    return forKey(
        guest,
        a,
        PermissionType.KEYVALUE_WRITE,
        key -> ttlSeconds < 0 ? HostCode.INVALID : change.applyAsInt(key));
  }

  /** Does this with the key that the first two arguments point to. */
  private int forKey(
      GuestInstance guest, long[] a, PermissionType type, ToIntFunction<Key> action) {
    if (Integer.compareUnsigned((int) a[1], KEY_BYTES_MAX) > 0) {
      return HostCode.TOO_LARGE;
    }
    String text = text(guest, a[0], a[1]);
    if (text == null || text.isEmpty()) {
      return HostCode.INVALID;
    }
    return permits.allows(type, resource(text))
        ? action.applyAsInt(new Key(tenant, granted.namespace(), text))
        : HostCode.DENIED;
  }

  private String resource(String key) {
    return granted.namespace() + "/" + key;
  }

  private int change(GuestInstance guest, Supplier<Written> change) {
    return await(guest, change, GuestKeys::code);
  }

  private <T> int await(GuestInstance guest, Supplier<T> asked, ToIntFunction<T> answer) {
    T done;
    try {
      done = work.await(tenant, guest, PATIENCE, asked).orElse(null);
    } catch (StoreFailure e) {
      StackRoom.forALogLine();
      LOG.debug("A function's value cannot be reached tenant={}", tenant, e);
      return HostCode.FAILED;
    }
    return done == null ? HostCode.TIMEOUT : answer.applyAsInt(done);
  }

  private static int code(Written written) {
    return switch (written) {
      case DONE -> HostCode.DONE;
      case ABSENT -> HostCode.ABSENT;
      case CONFLICT -> HostCode.CONFLICT;
      case INVALID -> HostCode.INVALID;
      case FULL -> HostCode.QUOTA;
    };
  }

  private Room room() {
    Allowance allowance = allowances.of(tenant);
    return new Room(allowance.keys(), allowance.keyValueBytes());
  }

  /** 0 seconds are as long as the manifest lets it be. */
  private Instant expiry(long ttlSeconds) {
    Duration most = granted.ttlMax();
    boolean isShorter = ttlSeconds > 0 && ttlSeconds < most.toSeconds();
    return clock.instant().plus(isShorter ? Duration.ofSeconds(ttlSeconds) : most);
  }

  private static boolean isTooLarge(long length) {
    return Integer.compareUnsigned((int) length, VALUE_BYTES_MAX) > 0;
  }

  private static byte[] bytes(GuestInstance guest, long pointer, long length) {
    guest.charge((int) length);
    return guest.memory().read((int) pointer, (int) length);
  }

  /** The text there; null if it is none in UTF-8. */
  private static @Nullable String text(GuestInstance guest, long pointer, long length) {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes(guest, pointer, length)))
          .toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }

  private byte @Nullable [] kept(String asked) {
    return kept != null && kept.asked().equals(asked) ? kept.answer() : null;
  }

  /** Writes as much as there is room for; gives the length of all. */
  private int copyOut(GuestInstance guest, String asked, byte[] all, long buffer, long capacity) {
    int length = GuestText.write(guest, all, buffer, capacity);
    kept = Integer.compareUnsigned((int) capacity, length) < 0 ? new Kept(asked, all) : null;
    return length;
  }

  private record Kept(String asked, byte[] answer) {}
}
