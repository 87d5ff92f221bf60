package dev.leat.worker.capability.http;

import dev.leat.contract.AddressRange;
import dev.leat.contract.Allowances;
import dev.leat.contract.Headers;
import dev.leat.contract.TenantId;
import dev.leat.contract.permission.HttpTarget;
import io.vertx.core.Vertx;
import io.vertx.core.net.TrustOptions;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Sends functions' requests, and bounds what all of them take of the node. Nobody waits here: a
 * request is a few objects on an event loop. Each tenant has connections of its own. Any thread.
 */
public final class OutboundHttp implements AutoCloseable {
  /** Longer than connections are kept: whoever is let go has none. */
  private static final Duration IDLE = Duration.ofSeconds(60);

  private static final Duration SWEEP = Duration.ofSeconds(10);

  private final Vertx vertx;
  private final OutboundConfig config;
  private final NameLookup names;
  private final @Nullable TrustOptions trusted;
  private final Allowances allowances;
  private final List<AddressRange> privateAddresses;

  /** Of tenants that sent something in the last minute. */
  private final Map<TenantId, TenantConnections> tenants = new ConcurrentHashMap<>();

  private final OwnAddresses own = new OwnAddresses();
  private final AtomicInteger underWay = new AtomicInteger();
  private final AtomicLong bodyBytes = new AtomicLong();
  final AtomicInteger connections = new AtomicInteger();

  /** Of the timer, once it runs. */
  private volatile long sweeping = -1;

  /**
   * @param allowances which private addresses each tenant may reach
   */
  public OutboundHttp(Vertx vertx, OutboundConfig config, Allowances allowances) {
    this(vertx, config, allowances, new DnsLookup());
  }

  /**
   * @param names closed with it
   */
  public OutboundHttp(Vertx vertx, OutboundConfig config, Allowances allowances, NameLookup names) {
    this(vertx, config, allowances, names, null);
  }

  /**
   * @param trusted whose certificates are taken; null for those of the JVM
   */
  OutboundHttp(
      Vertx vertx,
      OutboundConfig config,
      Allowances allowances,
      NameLookup names,
      @Nullable TrustOptions trusted) {
    this.vertx = vertx;
    this.config = config;
    this.names = names;
    this.trusted = trusted;
    this.allowances = allowances;
    this.privateAddresses = config.ranges();
  }

  public void start() {
    sweeping = vertx.setPeriodic(SWEEP.toMillis(), timer -> sweep());
  }

  /**
   * Begins with a request of the tenant's. Its answer comes, unless it is abandoned before; there
   * is no other end to its patience.
   */
  OutboundCall begin(TenantId tenant, OutboundRequest request) {
    TenantConnections of =
        tenants.compute(
            tenant,
            (id, known) ->
                (known == null
                        ? new TenantConnections(id, vertx, config, names, trusted, this)
                        : known)
                    .entered());
    OutboundCall call = new OutboundCall(this, of, request);
    boolean isRoom = underWay.incrementAndGet() <= config.atOnce();
    if (isRoom && of.users() <= half(config.atOnce())) {
      of.onLoop(call::begin);
    } else {
      of.onLoop(call::refuse);
    }
    return call;
  }

  /**
   * Posts something for the platform to where a tenant's caller asked for, by the rules of its
   * functions' requests: the same addresses, the same bounds, and no redirect is followed.
   *
   * @param query with its question mark; "" for none
   * @return what came of it, within the patience and some seconds; never fails
   */
  public CompletableFuture<Posted> post(
      TenantId tenant,
      HttpTarget target,
      String query,
      Headers fields,
      byte[] body,
      Duration patience) {
    OutboundCall call =
        begin(tenant, new OutboundRequest("POST", target, target.path() + query, fields, body));
    return call.answer()
        .orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS)
        .handle((answer, failure) -> {
          call.abandon();
          return switch (answer) {
            case HttpAnswer.Received received -> new Posted(received.status(), "");
            case HttpAnswer.None none -> new Posted(0, none.why());
            case null -> new Posted(0, "no answer came in time");
          };
        });
  }

  /**
   * What came of a post.
   *
   * @param status of the answer; 0 if none came
   * @param why none came
   */
  public record Posted(int status, String why) {}

  /**
   * Whether requests of the tenant may go there, as far as that is known without looking its name
   * up; whoever sends them looks at the addresses then.
   */
  public boolean mayReach(TenantId tenant, HttpTarget target) {
    InetAddress literal = literal(target.host());
    return literal == null
        ? !isOwnName(target.host())
        : isReachable(tenant, literal, target.port());
  }

  static boolean isOwnName(String host) {
    return host.equals("localhost") || host.endsWith(".localhost");
  }

  /** A call has ended, for good. */
  void ended(TenantConnections of) {
    underWay.decrementAndGet();
    tenants.computeIfPresent(of.tenant(), (id, known) -> known.left());
  }

  /** Takes room for bytes of bodies, if there is any. */
  boolean hold(TenantConnections of, long bytes) {
    if (of.held() + bytes > half(config.bodyBytes())) {
      return false;
    }
    if (bodyBytes.addAndGet(bytes) > config.bodyBytes()) {
      bodyBytes.addAndGet(-bytes);
      return false;
    }
    of.held(bytes);
    return true;
  }

  void giveBack(TenantConnections of, long bytes) {
    of.held(-bytes);
    bodyBytes.addAndGet(-bytes);
  }

  private static long half(long whole) {
    return (whole + 1) / 2;
  }

  /** Whether a tenant's functions may reach this address, which they may name. */
  boolean isReachable(TenantId tenant, InetAddress address, int port) {
    InetAddress reached = PublicAddresses.reached(address);
    return (PublicAddresses.isPublic(address) && !own.contain(reached))
        || contain(privateAddresses, reached, port)
        || contain(allowances.of(tenant).privateAddresses(), reached, port);
  }

  private static boolean contain(List<AddressRange> ranges, InetAddress address, int port) {
    return ranges.stream().anyMatch(range -> range.contains(address, port));
  }

  /** The address that a host is written as; null if it is a name. */
  static @Nullable InetAddress literal(String host) {
    boolean isV6 = host.startsWith("[");
    if (!isV6 && !Character.isDigit(host.charAt(host.length() - 1))) {
      return null;
    }
    try {
      return InetAddress.ofLiteral(isV6 ? host.substring(1, host.length() - 1) : host);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /** Whether no more connections are to be kept. */
  boolean isFull() {
    return connections.get() >= config.connections();
  }

  boolean isProxied() {
    return !config.proxy().isEmpty();
  }

  private void sweep() {
    var unused = vertx.executeBlocking(this::readOwn, false);
    long before = System.nanoTime() - IDLE.toNanos();
    tenants
        .keySet()
        .forEach(tenant ->
            tenants.computeIfPresent(
                tenant,
                (id, known) -> {
                  if (!known.isIdleSince(before)) {
                    return known;
                  }
                  known.close();
                  return null;
                }));
  }

  private boolean readOwn() {
    own.read();
    return true;
  }

  /** What is under way at this moment. */
  public int underWay() {
    return underWay.get();
  }

  /** What bodies take at this moment. */
  public long bodyBytes() {
    return bodyBytes.get();
  }

  @Override
  public void close() {
    vertx.cancelTimer(sweeping);
    tenants.values().forEach(TenantConnections::close);
    names.close();
  }
}
