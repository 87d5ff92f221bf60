package dev.leat.worker.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.leat.contract.TenantId;
import dev.leat.store.StoreFailure;
import dev.leat.testkit.Eventually;
import dev.leat.testkit.RedisServer;
import dev.leat.worker.capability.keyvalue.KeyValueStore.Incremented;
import dev.leat.worker.capability.keyvalue.KeyValueStore.Key;
import dev.leat.worker.capability.keyvalue.KeyValueStore.Room;
import dev.leat.worker.capability.keyvalue.KeyValueStore.Use;
import dev.leat.worker.capability.keyvalue.KeyValueStore.Written;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a Redis may do to who uses it: be away, hang, forget, be full, want a password. */
final class RedisKeyValueStoreIT {
  private static final TenantId ACME = new TenantId("acme");
  private static final Key KEY = new Key(ACME, "default", "k");
  private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");
  private static final Instant LATER = NOW.plus(Duration.ofHours(1));
  private static final Room ROOM = new Room(10_000, 100 << 20);
  private static final String PASSWORD = "correct-horse";

  @TempDir private Path directory;
  private @Nullable Instant madeAt = NOW;
  private RedisServer server;
  private RedisKeyValueStore store;

  @BeforeEach
  void start() throws IOException {
    assumeTrue(RedisServer.isInstalled(), "redis-server is not installed");
    List<String> options = new ArrayList<>(List.of("--maxmemory", "64mb"));
    // The rights that docs/OPERATING.md says, and no password for anybody else.
    options.addAll(
        List.of("--user", "default", "off", "--user", "functions", "on", ">" + PASSWORD));
    options.addAll(List.of("~leat:kv:*", "+@all", "-@admin", "-@dangerous", "+info"));
    server = RedisServer.start(options.toArray(String[]::new));
    Files.writeString(passwordFile(), PASSWORD + "\n");
    store = store(Duration.ofSeconds(30));
  }

  @AfterEach
  void stop() {
    if (server != null) {
      store.close();
      server.close();
    }
  }

  private Path passwordFile() {
    return directory.resolve("password");
  }

  private RedisKeyValueStore store(Duration patience) {
    RedisConfig config = config("leat:kv:");
    return new RedisKeyValueStore(
        config, tenant -> Optional.ofNullable(madeAt), new RedisLine(config, patience));
  }

  private RedisConfig config(String prefix) {
    return new RedisConfig(server.url(), "functions", passwordFile().toString(), prefix);
  }

  @Test
  void away_isAFailureThatPasses_andHoldsNobodyUp_backItGoesOn() {
    assertThat(set("one")).isEqualTo(Written.DONE);
    server.stop();

    for (int i = 0; i < 3; i++) {
      assertFails();
    }

    server.restart();
    Eventually.holds("it is connected again", () -> !fails(store));
    assertThat(store.get(KEY, NOW)).as("it kept nothing on disk").isEmpty();
    assertThat(set("two")).isEqualTo(Written.DONE);
  }

  /** So that a deletion can leave values to be removed when the Redis is there. */
  @Test
  void laterTenantOfTheName_findsNothingOfTheOneBefore() {
    set("before");
    madeAt = NOW.plusMillis(1);

    assertThat(store.get(KEY, NOW)).isEmpty();
    assertThat(store.use(ACME)).isEqualTo(new Use(0, 0));
    set("after");
    assertThat(store.forget(RedisKeyValueStore.owner(ACME, NOW), 10)).isEqualTo(1);
    assertThat(store.forget(RedisKeyValueStore.owner(ACME, NOW), 10)).isZero();
    assertThat(store.get(KEY, NOW)).hasValue("after".getBytes(StandardCharsets.UTF_8));

    madeAt = null;
    assertFails();
    assertThat(store.use(ACME)).isEqualTo(new Use(0, 0));
  }

  @Test
  void hanging_isAFailure_andWhatWasSentIsNotSentAgain() {
    try (RedisKeyValueStore impatient = store(Duration.ofMillis(300))) {
      Eventually.holds("it answers", () -> !fails(impatient));
      server.pause();
      CompletableFuture<Throwable> other =
          CompletableFuture.supplyAsync(() -> impatient.increment(KEY, 1, LATER, NOW, ROOM))
              .handle((unused, failure) -> failure);
      assertThatThrownBy(() -> impatient.increment(KEY, 1, LATER, NOW, ROOM))
          .isInstanceOfSatisfying(StoreFailure.class, it -> assertThat(it.isRetryable()).isTrue());
      assertThat(other.join()).hasCauseInstanceOf(StoreFailure.class);

      server.resume();
      Eventually.holds("it answers again", () -> !fails(impatient));
      assertThat(store.increment(KEY, 1, LATER, NOW, ROOM).value()).isBetween(1L, 3L);
    }
  }

  @Test
  void withAnotherPassword_isAFailure_untilTheFileHasTheRightOne() throws IOException {
    Files.writeString(passwordFile(), "wrong");
    assertFails();
    Files.delete(passwordFile());
    assertFails();

    Files.writeString(passwordFile(), PASSWORD);

    Eventually.holds("it is read anew", () -> !fails(store));
  }

  @Test
  void full_isAFailure_andTheCountsAreThoseOfWhatIsThere() {
    byte[] value = new byte[256 << 10];
    int kept = 0;
    while (true) {
      Key next = new Key(ACME, "default", "%04d".formatted(kept));
      try {
        assertThat(store.set(next, value, LATER, NOW, ROOM)).isEqualTo(Written.DONE);
      } catch (StoreFailure e) {
        assertThat(e.isRetryable()).isTrue();
        break;
      }
      kept++;
    }

    assertThat(store.list(ACME, "default", "", 1_000, NOW)).hasSize(kept);
    assertThat(store.use(ACME)).isEqualTo(new Use(kept, kept * (4L + value.length)));
    assertThat(store.delete(new Key(ACME, "default", "0000"), NOW)).isEqualTo(Written.DONE);
    assertThat(store.collect(LATER, 10)).isEqualTo(10);
    assertThat(store.forget(ACME, 1_000)).isEqualTo(kept - 11);
    assertThat(store.use(ACME)).isEqualTo(new Use(0, 0));
  }

  @Test
  void scriptsThatRedisHasForgotten_areSentAgain() {
    assertThat(set("one")).isEqualTo(Written.DONE);
    try (RedisLine line = new RedisLine(config(""))) {
      String flushed = line.ask("Flushing", RedisCommands::scriptFlush);
      assertThat(flushed).isEqualTo("OK");
    }

    assertThat(store.increment(new Key(ACME, "default", "n"), 2, LATER, NOW, ROOM))
        .isEqualTo(new Incremented(Written.DONE, 2));
  }

  /** More than one script looks at, most of it expired. */
  @Test
  void longListings_comeInParts_andSkipWhatHasExpired() {
    int several = 2 * RedisKeyValueStore.LOOKED_AT_ONCE + 5;
    for (int i = 0; i < several; i++) {
      Key key = new Key(ACME, "default", "k%05d".formatted(i));
      Instant expiry = i % 500 == 4 ? LATER : NOW;
      assertThat(store.set(key, new byte[0], expiry, NOW, ROOM)).isEqualTo(Written.DONE);
    }

    List<String> live =
        IntStream.of(4, 504, 1_004, 1_504, 2_004).mapToObj("k%05d"::formatted).toList();
    assertThat(store.list(ACME, "default", "k", 1_000, NOW)).isEqualTo(live);
    assertThat(store.list(ACME, "default", "k", 3, NOW)).isEqualTo(live.subList(0, 3));
  }

  /** As a manifest with the longest of all times would have it. */
  @Test
  void expiriesBeyondWhatAScoreHolds_areFarAway() {
    assertThat(store.set(KEY, new byte[1], Instant.MAX, NOW, ROOM)).isEqualTo(Written.DONE);
    assertThat(store.exists(KEY, NOW.plus(Duration.ofDays(70_000)))).isTrue();
  }

  private Written set(String value) {
    return store.set(KEY, value.getBytes(StandardCharsets.UTF_8), LATER, NOW, ROOM);
  }

  private void assertFails() {
    assertThatThrownBy(() -> store.exists(KEY, NOW))
        .isInstanceOfSatisfying(StoreFailure.class, it -> assertThat(it.isRetryable()).isTrue())
        .hasMessageContaining("tenant acme")
        .hasMessageNotContaining(PASSWORD);
  }

  private static boolean fails(RedisKeyValueStore asked) {
    try {
      var unused = asked.exists(KEY, NOW);
      return false;
    } catch (StoreFailure e) {
      return true;
    }
  }
}
