package dev.leat.worker.capability.keyvalue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.TenantId;
import dev.leat.testkit.Seed;
import dev.leat.worker.capability.keyvalue.KeyValueStore.Incremented;
import dev.leat.worker.capability.keyvalue.KeyValueStore.Key;
import dev.leat.worker.capability.keyvalue.KeyValueStore.Room;
import dev.leat.worker.capability.keyvalue.KeyValueStore.Use;
import dev.leat.worker.capability.keyvalue.KeyValueStore.Written;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The numbered laws of {@link KeyValueStore}, which every store must keep. */
public abstract class KeyValueStoreContract {
  private static final TenantId ACME = new TenantId("acme");
  private static final TenantId OTHER = new TenantId("other");
  private static final Room ROOM = new Room(1_000, 100_000);
  private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");
  private static final Instant LATER = NOW.plus(Duration.ofHours(1));

  private final KeyValueStore store;
  private final Runnable close;

  protected KeyValueStoreContract(Tested tested) {
    this.store = tested.store();
    this.close = tested.close();
  }

  /**
   * @param close is done after each test
   */
  public record Tested(KeyValueStore store, Runnable close) {}

  @AfterEach
  void close() {
    close.run();
  }

  @Test
  void law1_isFoundUnderItsOwnKeyAlone_untilItExpires() {
    // Names that would meet where keys are glued together, compared as patterns, or cut.
    List<Key> keys =
        List.of(
            new Key(ACME, "default", "a"),
            new Key(ACME, "default", "A"),
            new Key(ACME, "default", "a "),
            new Key(ACME, "default", "a\u0000"),
            new Key(ACME, "default", "%"),
            new Key(ACME, "default", "' OR 1=1 --"),
            new Key(ACME, "default", "../other/default/a"),
            new Key(ACME, "default", "\uD83D\uDE00"),
            new Key(ACME, "other", "a"),
            new Key(OTHER, "default", "a"));
    for (int i = 0; i < keys.size(); i++) {
      assertThat(store.set(keys.get(i), bytes("value " + i), LATER, NOW, ROOM))
          .isEqualTo(Written.DONE);
    }

    for (int i = 0; i < keys.size(); i++) {
      assertThat(store.get(keys.get(i), NOW)).hasValue(bytes("value " + i));
      assertThat(store.get(keys.get(i), LATER)).isEmpty();
      assertThat(store.exists(keys.get(i), NOW)).isTrue();
      assertThat(store.exists(keys.get(i), LATER)).isFalse();
    }
    assertThat(store.get(new Key(OTHER, "default", "A"), NOW)).isEmpty();
  }

  @Test
  void law2_set_replaces_deleteAndExpire_changeWhatIsThere() {
    Key key = new Key(ACME, "default", "k");
    assertThat(store.delete(key, NOW)).isEqualTo(Written.ABSENT);
    assertThat(store.expire(key, LATER, NOW)).isEqualTo(Written.ABSENT);

    set(key, "one", NOW.plusSeconds(1));
    set(key, "two", LATER);
    assertThat(text(key, NOW)).isEqualTo("two");
    assertThat(store.expire(key, NOW.plusSeconds(5), NOW)).isEqualTo(Written.DONE);
    assertThat(text(key, NOW.plusSeconds(4))).isEqualTo("two");
    assertThat(store.get(key, NOW.plusSeconds(5))).isEmpty();
    assertThat(store.delete(key, NOW.plusSeconds(5))).isEqualTo(Written.ABSENT);
    assertThat(store.delete(key, NOW)).isEqualTo(Written.DONE);
    assertThat(store.get(key, NOW)).isEmpty();
  }

  @Test
  void law3_increment_adds_andLosesNoneOfSeveral() throws Exception {
    Key key = new Key(ACME, "default", "n");
    List<Callable<Incremented>> additions = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      additions.add(() -> store.increment(key, 3, LATER, NOW, ROOM));
    }

    assertThat(all(additions)).extracting(Incremented::how).containsOnly(Written.DONE);

    assertThat(text(key, NOW)).isEqualTo("600");
    assertThat(store.increment(key, -601, NOW, NOW, ROOM))
        .isEqualTo(new Incremented(Written.DONE, -1));
    assertThat(text(key, LATER.minusSeconds(1))).as("its expiry stays").isEqualTo("-1");
    assertThat(store.increment(key, Long.MIN_VALUE, LATER, NOW, ROOM).how())
        .isEqualTo(Written.INVALID);
    set(key, Long.toString(Long.MAX_VALUE - 1), LATER);
    assertThat(store.increment(key, 1, LATER, NOW, ROOM).value())
        .as("beyond what a double holds")
        .isEqualTo(Long.MAX_VALUE);
    assertThat(store.increment(key, 1, LATER, NOW, ROOM).how()).isEqualTo(Written.INVALID);
    for (String number : List.of("5", "+5", "007", "-000", "9007199254740993")) {
      set(key, number, LATER);
      assertThat(store.increment(key, -1, LATER, NOW, ROOM).value())
          .as(number)
          .isEqualTo(Long.parseLong(number) - 1);
    }
    for (String none :
        List.of(
            "", "x", "1.5", "1".repeat(500), "0".repeat(21), "-", "+-1", " 1", "1\n", "\u0661")) {
      set(key, none, LATER);
      assertThat(store.increment(key, 1, LATER, NOW, ROOM).how()).isEqualTo(Written.INVALID);
      assertThat(text(key, NOW)).isEqualTo(none);
    }
  }

  /** A pattern that is matched with it takes the square of its length. */
  @Test
  @Timeout(30)
  void law3_increment_ofALongAlmostNumber_isInvalidAtOnce() {
    Key key = new Key(ACME, "default", "n");
    Room wide = new Room(10, 1 << 20);
    byte[] value = bytes("0".repeat(GuestKeys.VALUE_BYTES_MAX - 1) + "x");
    assertThat(store.set(key, value, LATER, NOW, wide)).isEqualTo(Written.DONE);

    assertThat(store.increment(key, 1, LATER, NOW, wide).how()).isEqualTo(Written.INVALID);
  }

  @Test
  void law4_compareAndSet_oneOfSeveralSucceeds() throws Exception {
    Key key = new Key(ACME, "default", "k");
    for (Optional<byte[]> expected : List.of(Optional.<byte[]>empty(), Optional.of(bytes("w")))) {
      List<Callable<Written>> attempts = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        byte[] mine = bytes("w" + i);
        attempts.add(() -> store.compareAndSet(key, expected, mine, LATER, NOW, ROOM));
      }
      List<Written> ended = all(attempts);

      assertThat(ended).containsOnlyOnce(Written.DONE).containsOnly(Written.DONE, Written.CONFLICT);
      assertThat(text(key, NOW)).isEqualTo("w" + ended.indexOf(Written.DONE));
      set(key, "w", LATER);
    }
    assertThat(store.compareAndSet(key, Optional.of(bytes("")), bytes("x"), LATER, NOW, ROOM))
        .isEqualTo(Written.CONFLICT);
    assertThat(store.compareAndSet(key, Optional.empty(), bytes("x"), LATER, LATER, ROOM))
        .as("what has expired is absent")
        .isEqualTo(Written.DONE);
  }

  @Test
  void law5_list_givesKeysOfThePrefixInOrder() {
    for (String key :
        List.of("b", "a:2", "a:10", "a", "a:", "a;", "%", "\u00e4", "a:\uD83D\uDE00")) {
      set(new Key(ACME, "default", key), "v", LATER);
    }
    set(new Key(ACME, "default", "a:gone"), "v", NOW);
    set(new Key(ACME, "elsewhere", "a:1"), "v", LATER);
    set(new Key(OTHER, "default", "a:1"), "v", LATER);

    assertThat(store.list(ACME, "default", "a:", 10, NOW))
        .containsExactly("a:", "a:10", "a:2", "a:\uD83D\uDE00");
    assertThat(store.list(ACME, "default", "a:", 2, NOW)).containsExactly("a:", "a:10");
    assertThat(store.list(ACME, "default", "%", 10, NOW)).containsExactly("%");
    assertThat(store.list(ACME, "default", "", 100, NOW)).hasSize(9).endsWith("\u00e4");
    assertThat(store.list(ACME, "default", "c", 10, NOW)).isEmpty();
  }

  @Test
  void law6_whatGrowsBeyondTheRoom_changesNothing_whatDoesNotGrowIsLetThrough() {
    Room narrow = new Room(2, 20);
    Key a = new Key(ACME, "default", "a");
    Key b = new Key(ACME, "default", "b");
    Key c = new Key(ACME, "default", "c");
    assertThat(store.set(a, bytes("123456789"), LATER, NOW, narrow)).isEqualTo(Written.DONE);
    assertThat(store.set(b, bytes("1234567890"), LATER, NOW, narrow)).isEqualTo(Written.FULL);
    assertThat(store.set(b, bytes("123456789"), LATER, NOW, narrow)).isEqualTo(Written.DONE);
    assertThat(store.set(c, new byte[0], LATER, NOW, narrow)).isEqualTo(Written.FULL);
    assertThat(store.increment(c, 1, LATER, NOW, narrow).how()).isEqualTo(Written.FULL);
    assertThat(store.set(a, bytes("1234567890"), LATER, NOW, narrow)).isEqualTo(Written.FULL);
    assertThat(text(a, NOW)).isEqualTo("123456789");

    Room none = new Room(0, 0);
    assertThat(store.set(a, bytes("987654321"), LATER, NOW, none)).isEqualTo(Written.DONE);
    assertThat(store.set(a, bytes("1"), LATER, NOW, none)).isEqualTo(Written.DONE);
    assertThat(store.set(new Key(OTHER, "default", "a"), new byte[0], LATER, NOW, none))
        .isEqualTo(Written.FULL);
    assertThat(store.use(ACME)).isEqualTo(new Use(2, 12));
    assertThat(store.use(OTHER)).isEqualTo(new Use(0, 0));
  }

  @Test
  void law6_ofSeveralAtOnce_soManyAreLetInAsThereIsRoomFor() throws Exception {
    Room narrow = new Room(10, 100_000);
    List<Callable<Written>> attempts = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      Key key = new Key(ACME, "default", "k" + i);
      attempts.add(() -> store.set(key, bytes("v"), LATER, NOW, narrow));
    }

    assertThat(all(attempts)).filteredOn(Written.DONE::equals).hasSize(10);

    assertThat(store.use(ACME).keys()).isEqualTo(10);
    assertThat(store.list(ACME, "default", "", 100, NOW)).hasSize(10);
  }

  @Test
  void law7_collectAndForget_removeSoMuch_andNothingElse() {
    for (int i = 0; i < 5; i++) {
      set(new Key(ACME, "default", "old" + i), "v", NOW.plusSeconds(i));
      set(new Key(ACME, "default", "new" + i), "v", LATER);
      set(new Key(OTHER, "default", "old" + i), "v", NOW.plusSeconds(i));
    }

    assertThat(store.collect(NOW.plusSeconds(1), 3)).isEqualTo(3);
    assertThat(store.collect(NOW.plusSeconds(1), 3)).isEqualTo(1);
    assertThat(store.collect(NOW.plusSeconds(1), 3)).isZero();
    assertThat(store.use(ACME)).isEqualTo(new Use(8, 8 * 5));
    assertThat(store.forget(ACME, 5)).isEqualTo(5);
    assertThat(store.forget(ACME, 5)).isEqualTo(3);
    assertThat(store.forget(ACME, 5)).isZero();
    assertThat(store.use(ACME)).isEqualTo(new Use(0, 0));
    assertThat(store.use(OTHER)).isEqualTo(new Use(3, 3 * 5));
  }

  /** Law 8, and all others against a map. */
  @Test
  void law8_anyCourse_isThatOfAMap_andTheUseIsWhatIsThere() {
    Seed seed = Seed.orElse(17);
    Random random = seed.random();
    Map<String, String> values = new HashMap<>();
    Map<String, Instant> expiries = new HashMap<>();
    Instant now = NOW;
    for (int step = 0; step < 400; step++) {
      Instant at = now;
      values.keySet().removeIf(key -> !expiries.getOrDefault(key, at).isAfter(at));
      String name = "k" + random.nextInt(6);
      Key key = new Key(ACME, "default", name);
      String value = "9".repeat(random.nextInt(4));
      Instant expiry = now.plusSeconds(1 + random.nextInt(20));
      switch (random.nextInt(6)) {
        case 0 -> {
          set(key, value, expiry, now);
          values.put(name, value);
          expiries.put(name, expiry);
        }
        case 1 ->
            assertThat(store.delete(key, now))
                .isEqualTo(values.remove(name) == null ? Written.ABSENT : Written.DONE);
        case 2 -> {
          boolean isThere = values.containsKey(name);
          assertThat(store.expire(key, expiry, now))
              .isEqualTo(isThere ? Written.DONE : Written.ABSENT);
          if (isThere) {
            expiries.put(name, expiry);
          }
        }
        case 3 -> {
          String before = values.get(name);
          Incremented sum = store.increment(key, 1, expiry, now, ROOM);
          if (before != null && before.isEmpty()) {
            assertThat(sum.how()).isEqualTo(Written.INVALID);
          } else {
            long expected = before == null ? 1 : Long.parseLong(before) + 1;
            assertThat(sum).isEqualTo(new Incremented(Written.DONE, expected));
            values.put(name, Long.toString(expected));
            if (before == null) {
              expiries.put(name, expiry);
            }
          }
        }
        case 4 -> store.collect(now, random.nextInt(1, 4));
        default -> now = now.plusSeconds(random.nextInt(3));
      }
      Instant then = now;
      values.keySet().removeIf(each -> !expiries.getOrDefault(each, then).isAfter(then));
      assertThat(store.list(ACME, "default", "", 100, now))
          .as("%s, step %d", seed, step)
          .containsExactlyElementsOf(values.keySet().stream().sorted().toList());
      assertThat(store.get(key, now).map(KeyValueStoreContract::text))
          .isEqualTo(Optional.ofNullable(values.get(name)));
    }
    while (store.collect(now, 2) > 0) {
      // until all that has expired is gone
    }
    long bytes = values.entrySet().stream().mapToLong(it -> 2 + it.getValue().length()).sum();
    assertThat(store.use(ACME)).isEqualTo(new Use(values.size(), bytes));
  }

  private void set(Key key, String value, Instant expiresAt) {
    set(key, value, expiresAt, NOW);
  }

  private void set(Key key, String value, Instant expiresAt, Instant now) {
    assertThat(store.set(key, bytes(value), expiresAt, now, ROOM)).isEqualTo(Written.DONE);
  }

  private String text(Key key, Instant now) {
    return text(store.get(key, now).orElseThrow());
  }

  private static String text(byte[] utf8) {
    return new String(utf8, StandardCharsets.UTF_8);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static <T> List<T> all(List<Callable<T>> tasks) throws Exception {
    List<T> results = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      for (Future<T> result : threads.invokeAll(tasks)) {
        results.add(result.get());
      }
    }
    return results;
  }
}
