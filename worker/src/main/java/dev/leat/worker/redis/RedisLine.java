package dev.leat.worker.redis;

import dev.leat.store.StoreFailure;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.resource.ClientResources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to a Redis, which all callers share, opened when it is first needed and again when
 * it broke. What was sent on a connection that breaks is not sent again: nobody knows whether it
 * was done. Safe for several threads, which it blocks.
 */
final class RedisLine implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RedisLine.class);

  private static final Duration CONNECT_PATIENCE = Duration.ofSeconds(2);

  /** As long as a guest waits for it. */
  private static final Duration ANSWER_PATIENCE = Duration.ofSeconds(5);

  /** Who asks within this time after an attempt failed is told the same: nobody waits in a row. */
  private static final Duration PAUSE = Duration.ofSeconds(1);

  /** One connection needs one thread; Lettuce has two of each at least. */
  private static final int THREADS = 2;

  /** With these Redis begins an error that passes. */
  private static final Set<String> PASSING =
      Set.of(
          "LOADING", "BUSY", "OOM", "READONLY", "MASTERDOWN", "TRYAGAIN", "MISCONF", "NOREPLICAS");

  private final RedisConfig config;
  private final Duration answerPatience;
  private final ReentrantLock opening = new ReentrantLock();
  private volatile @Nullable StatefulRedisConnection<byte[], byte[]> current;

  // With the lock held.
  private @Nullable ClientResources threads;
  private @Nullable RedisClient client;
  private @Nullable RedisException failed;
  private long failedNanos;
  private boolean isClosed;

  RedisLine(RedisConfig config) {
    this(config, ANSWER_PATIENCE);
  }

  RedisLine(RedisConfig config, Duration answerPatience) {
    this.config = config;
    this.answerPatience = answerPatience;
  }

  /** Has Redis run a script, which it is sent only if it does not know it yet. */
  <T> T run(String operation, Script script, ScriptOutputType type, byte[][] keys, byte[]... args) {
    return ask(
        operation,
        commands -> {
          try {
            return commands.evalsha(script.digest(), type, keys, args);
          } catch (RedisNoScriptException e) {
            return commands.eval(script.text(), type, keys, args);
          }
        });
  }

  /** Asks it for this; the operation is named for the message of its failure. */
  <T> T ask(String operation, Function<RedisCommands<byte[], byte[]>, T> command) {
    StatefulRedisConnection<byte[], byte[]> used = null;
    try {
      used = connection();
      return command.apply(used.sync());
    } catch (RedisException e) {
      if (used != null && isLost(e)) {
        var unused = used.closeAsync();
      }
      throw new StoreFailure(operation, isPassing(e), e);
    }
  }

  /**
   * Whether another connection may find what this one does not: the server hangs, or was replaced.
   */
  private static boolean isLost(RedisException failure) {
    return failure instanceof RedisCommandTimeoutException || word(failure).equals("READONLY");
  }

  private static boolean isPassing(RedisException failure) {
    return !(failure instanceof RedisCommandExecutionException) || PASSING.contains(word(failure));
  }

  /** The first word of an error that Redis answered. */
  private static String word(RedisException failure) {
    String message = String.valueOf(failure.getMessage());
    int end = message.indexOf(' ');
    return end < 0 ? message : message.substring(0, end);
  }

  private StatefulRedisConnection<byte[], byte[]> connection() {
    StatefulRedisConnection<byte[], byte[]> known = current;
    if (known != null && known.isOpen()) {
      return known;
    }
    opening.lock();
    try {
      known = current;
      if (known != null && known.isOpen()) {
        return known;
      }
      if (isClosed) {
        throw new RedisException("The node stops");
      }
      if (failed != null && System.nanoTime() - failedNanos < PAUSE.toNanos()) {
        throw failed;
      }
      return open();
    } finally {
      opening.unlock();
    }
  }

  private StatefulRedisConnection<byte[], byte[]> open() {
    try {
      StatefulRedisConnection<byte[], byte[]> opened =
          client().connect(ByteArrayCodec.INSTANCE, address());
      current = opened;
      failed = null;
      LOG.info("Connected to the Redis of functions' values url={}", config.url());
      warnOfEviction(opened.sync());
      return opened;
    } catch (RedisException e) {
      if (failed == null) {
        LOG.warn("The Redis of functions' values is away url={}", config.url(), e);
      }
      failed = e;
      failedNanos = System.nanoTime();
      throw e;
    }
  }

  /** A Redis that evicts loses values of its own choice, and counts what it has no more. */
  private void warnOfEviction(RedisCommands<byte[], byte[]> commands) {
    String memory;
    try {
      memory = commands.info("memory");
    } catch (RedisCommandExecutionException e) {
      LOG.debug("The Redis does not tell of its memory", e);
      return;
    }
    if (memory.contains("maxmemory_policy:") && !memory.contains("maxmemory_policy:noeviction")) {
      LOG.warn(
          "The Redis of functions' values may evict them; set its maxmemory-policy to noeviction"
              + " url={}",
          config.url());
    }
  }

  private RedisClient client() {
    if (client == null) {
      threads =
          ClientResources.builder()
              .ioThreadPoolSize(THREADS)
              .computationThreadPoolSize(THREADS)
              .build();
      client = RedisClient.create(threads);
      client.setOptions(
          ClientOptions.builder()
              .autoReconnect(false) // it would send again what may have been done
              .disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS)
              .socketOptions(
                  SocketOptions.builder().connectTimeout(CONNECT_PATIENCE).keepAlive(true).build())
              .timeoutOptions(TimeoutOptions.enabled())
              .build());
    }
    return client;
  }

  private RedisURI address() {
    RedisURI.Builder address =
        RedisURI.builder()
            .withHost(config.host())
            .withPort(config.port())
            .withDatabase(config.database())
            .withSsl(config.isTls())
            .withVerifyPeer(true)
            .withClientName("leat")
            .withTimeout(answerPatience);
    if (!config.passwordFile().isEmpty()) {
      address.withAuthentication(
          config.user().isEmpty() ? "default" : config.user(), password().toCharArray());
    }
    return address.build();
  }

  private String password() {
    try {
      return Files.readString(Path.of(config.passwordFile())).strip();
    } catch (IOException e) {
      throw new RedisException("The file of the password cannot be read", e);
    }
  }

  @Override
  public void close() {
    opening.lock();
    try {
      isClosed = true;
      if (client != null && threads != null) {
        client.shutdown(Duration.ZERO, CONNECT_PATIENCE);
        var unused = threads.shutdown(0, CONNECT_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      }
    } finally {
      opening.unlock();
    }
  }
}
