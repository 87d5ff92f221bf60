package dev.leat.worker.capability.http;

import dev.leat.contract.TenantId;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.ProxyOptions;
import io.vertx.core.net.ProxyType;
import io.vertx.core.net.TrustOptions;
import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What one tenant has of other servers: connections that are kept for a while, and their addresses.
 * No other tenant's request goes over them. Its requests take turns on one event loop, to which
 * this is confined but for where it says otherwise.
 */
final class TenantConnections {
  static final Duration CONNECT_PATIENCE = Duration.ofSeconds(5);

  /** Shorter than servers as a rule keep them, so that seldom one closes as it is used. */
  private static final Duration KEPT = Duration.ofSeconds(4);

  /** Of the tenant, open at once, before no more are kept. */
  private static final int KEPT_MAX = 64;

  /** Of an answer: line and fields. */
  private static final int FIELDS_BYTES_MAX = 32 << 10;

  private static final int LINE_BYTES_MAX = 8 << 10;

  /** Names whose addresses are remembered; of about 200 bytes each. */
  private static final int NAMES_MAX = 256;

  /** As long as Java remembers addresses. */
  private static final Duration REMEMBERED = Duration.ofSeconds(30);

  private final TenantId tenant;
  private final NameLookup names;
  private final OutboundHttp outbound;
  private final Context loop;
  private final HttpClient client;
  private final AtomicInteger open = new AtomicInteger();
  private final AtomicLong held = new AtomicLong();
  private final Map<String, Known> known =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Known> eldest) {
          return size() > NAMES_MAX;
        }
      };

  // Guarded by the lock of the tenant's entry among all.
  private volatile int users;
  private long leftNanos = System.nanoTime();

  private record Known(List<InetAddress> addresses, long untilNanos) {}

  TenantConnections(
      TenantId tenant,
      Vertx vertx,
      OutboundConfig config,
      NameLookup names,
      @Nullable TrustOptions trusted,
      OutboundHttp outbound) {
    this.tenant = tenant;
    this.names = names;
    this.outbound = outbound;
    this.loop = vertx.getOrCreateContext();
    this.client =
        vertx
            .httpClientBuilder()
            .with(options(config).setTrustOptions(trusted))
            .with(new PoolOptions().setHttp1MaxSize(config.atOnce()))
            .withConnectHandler(connection -> {
              connection.exceptionHandler(failure -> {}); // its request is told
              open.incrementAndGet();
              outbound.connections.incrementAndGet();
              connection.closeHandler(closed -> {
                open.decrementAndGet();
                outbound.connections.decrementAndGet();
              });
            })
            .build();
  }

  private static HttpClientOptions options(OutboundConfig config) {
    HttpClientOptions options =
        new HttpClientOptions()
            .setConnectTimeout((int) CONNECT_PATIENCE.toMillis())
            .setKeepAliveTimeout((int) KEPT.toSeconds())
            .setMaxHeaderSize(FIELDS_BYTES_MAX)
            .setMaxInitialLineLength(LINE_BYTES_MAX)
            .setForceSni(true)
            .setDecompressionSupported(false);
    if (!config.proxy().isEmpty()) {
      URI proxy = URI.create(config.proxy());
      options.setProxyOptions(
          new ProxyOptions()
              .setType(ProxyType.HTTP)
              .setHost(proxy.getHost())
              .setPort(proxy.getPort()));
    }
    return options;
  }

  TenantId tenant() {
    return tenant;
  }

  /** Any thread. */
  void onLoop(Runnable action) {
    loop.runOnContext(unused -> action.run());
  }

  /** One more call. Under the entry's lock. */
  TenantConnections entered() {
    users++;
    return this;
  }

  /** One call fewer. Under the entry's lock. */
  TenantConnections left() {
    users--;
    leftNanos = System.nanoTime();
    return this;
  }

  /** Any thread. */
  int users() {
    return users;
  }

  /** Under the entry's lock. */
  boolean isIdleSince(long nanos) {
    return users == 0 && held.get() == 0 && leftNanos - nanos < 0;
  }

  long held() {
    return held.get();
  }

  void held(long more) {
    held.addAndGet(more);
  }

  /** Hands over the addresses of a name, or why there are none; maybe at once. */
  void addresses(String host, BiConsumer<@Nullable List<InetAddress>, @Nullable Throwable> found) {
    Known before = known.get(host);
    if (before != null && System.nanoTime() - before.untilNanos < 0) {
      found.accept(before.addresses, null);
      return;
    }
    CompletionStage<List<InetAddress>> asked = names.addresses(host);
    var unused =
        asked.whenComplete((addresses, failure) ->
            onLoop(() -> {
              if (addresses != null) {
                known.put(host, new Known(addresses, System.nanoTime() + REMEMBERED.toNanos()));
              }
              found.accept(addresses, failure);
            }));
  }

  Future<HttpClientRequest> connect(RequestOptions options) {
    return client.request(options);
  }

  /** Whether the connection of a request may be kept for a later one. */
  boolean mayKeep() {
    return open.get() <= KEPT_MAX && !outbound.isFull();
  }

  /** Any thread. */
  void close() {
    var unused = client.close();
  }
}
