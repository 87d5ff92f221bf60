package dev.leat.worker;

import dev.leat.contract.AddressRange;
import dev.leat.contract.Allowance;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Headers;
import dev.leat.contract.permission.HttpTarget;
import dev.leat.worker.capability.http.AddedFields;
import dev.leat.worker.capability.http.HttpPower;
import dev.leat.worker.capability.http.NameLookup;
import dev.leat.worker.capability.http.OutboundConfig;
import dev.leat.worker.capability.http.OutboundHttp;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;

/** Requests of functions, with names and addresses that a test makes up. */
public final class TestHttp implements AutoCloseable {
  /** How many more requests there may be of all functions together. */
  final AtomicInteger left = new AtomicInteger(Integer.MAX_VALUE);

  /** Each that a function was let send. */
  final List<String> requested = new CopyOnWriteArrayList<>();

  final Map<String, List<String>> names = new ConcurrentHashMap<>();
  final List<String> lookedUp = new CopyOnWriteArrayList<>();

  /** A name whose servers say nothing until the test does. */
  static final String SLOW = "slow.example.com";

  final CompletableFuture<List<InetAddress>> slow = new CompletableFuture<>();
  volatile List<AddressRange> privateAddresses = List.of();
  volatile BiFunction<FunctionVersion, HttpTarget, Headers> added = (of, to) -> Headers.NONE;
  final OutboundHttp outbound;

  /** One for all tests of the JVM; its threads do not keep that alive. */
  private static final class Loops {
    static final Vertx VERTX =
        Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2).setUseDaemonThread(true));
  }

  TestHttp(OutboundConfig config) {
    outbound =
        new OutboundHttp(
            Loops.VERTX,
            config,
            tenant -> Allowance.PLATFORM.withPrivateAddresses(privateAddresses),
            lookup());
    outbound.start();
  }

  private NameLookup lookup() {
    return host -> {
      lookedUp.add(host);
      if (host.equals(SLOW)) {
        return slow;
      }
      return names.containsKey(host)
          ? CompletableFuture.completedFuture(
              names.getOrDefault(host, List.of()).stream().map(TestHttp::address).toList())
          : CompletableFuture.failedFuture(new UnknownHostException(host));
    };
  }

  static InetAddress address(String literal) {
    return InetAddress.ofLiteral(literal);
  }

  /** The power for who links it only. */
  public static HttpPower unused() {
    return new TestHttp(OutboundConfig.DEFAULT).power();
  }

  HttpPower power() {
    return power((version, permits) ->
        (guest, target) -> new AddedFields.Added.Fields(added.apply(version, target)));
  }

  HttpPower power(AddedFields fields) {
    return new HttpPower(
        outbound,
        (function, perMinute) -> left.getAndDecrement() > 0,
        fields,
        (version, type, target) -> requested.add(type.word() + " " + target));
  }

  TestHttp name(String host, String... addresses) {
    names.put(host, Arrays.asList(addresses));
    return this;
  }

  @Override
  public void close() {
    outbound.close();
  }
}
