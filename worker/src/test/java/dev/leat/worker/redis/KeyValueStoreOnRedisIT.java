package dev.leat.worker.redis;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.leat.testkit.RedisServer;
import dev.leat.worker.capability.keyvalue.KeyValueStoreContract;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Each test has keys of its own in one Redis. */
final class KeyValueStoreOnRedisIT extends KeyValueStoreContract {
  private static @Nullable RedisServer server;

  KeyValueStoreOnRedisIT() {
    super(emptyStore());
  }

  @BeforeAll
  static void start() {
    assumeTrue(RedisServer.isInstalled(), "redis-server is not installed");
    server = RedisServer.start();
  }

  @AfterAll
  static void stop() {
    if (server != null) {
      server.close();
    }
  }

  private static Tested emptyStore() {
    if (server == null) {
      throw new IllegalStateException("Started before the first test");
    }
    String prefix = "test:" + UUID.randomUUID() + ":";
    RedisKeyValueStore store =
        new RedisKeyValueStore(
            new RedisConfig(server.url(), "", "", prefix), tenant -> Optional.of(Instant.EPOCH));
    return new Tested(store, store::close);
  }
}
