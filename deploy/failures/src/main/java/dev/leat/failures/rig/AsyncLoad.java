package dev.leat.failures.rig;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Clients that have calls accepted, to be run later. Each call has a key of its own, which is its
 * body too; a client that does not know whether its call arrived sends it again with the same key,
 * to whichever gateway, until it is told an id. So each call that was ever sent is accepted once,
 * and the client knows its id.
 */
public final class AsyncLoad implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final Duration AGAIN_AFTER = Duration.ofMillis(100);
  private static final int ACCEPTED = 202;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final List<Target> gateways;
  private final String path;
  private final String token;
  private final String prefix;
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(1))
          .build();
  private final List<Thread> clients = new ArrayList<>();
  private final AtomicInteger sent = new AtomicInteger();
  private final AtomicLong again = new AtomicLong();
  private final Map<String, Long> refusals = new ConcurrentHashMap<>();
  private final Map<String, String> ids = new ConcurrentHashMap<>();
  private volatile boolean isEnding;
  private volatile boolean isGivenUp;

  /**
   * @param path of the function
   * @param prefix begins each call's key
   */
  public AsyncLoad(List<Target> gateways, String path, String token, String prefix) {
    this.gateways = List.copyOf(gateways);
    this.path = path;
    this.token = token;
    this.prefix = prefix;
  }

  /**
   * Begins.
   *
   * @param apart between a client's calls
   */
  public AsyncLoad start(int count, Duration apart, long seed) {
    for (int i = 0; i < count; i++) {
      Random random = new Random(seed + i);
      clients.add(Thread.startVirtualThread(() -> send(apart, random)));
    }
    return this;
  }

  private void send(Duration apart, Random random) {
    while (!isEnding) {
      accept(prefix + "-" + sent.getAndIncrement(), random);
      LockSupport.parkNanos(apart.toNanos());
    }
  }

  private void accept(String key, Random random) {
    while (!isGivenUp) {
      try {
        HttpResponse<String> response = http.send(request(key, random), BodyHandlers.ofString());
        if (response.statusCode() == ACCEPTED) {
          ids.put(key, JSON.readTree(response.body()).path("id").asText());
          return;
        }
        refusals.merge(refusal(response), 1L, Long::sum);
      } catch (IOException e) {
        // Whether it arrived is not known: it is sent again.
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
      again.incrementAndGet();
      LockSupport.parkNanos(AGAIN_AFTER.toNanos());
    }
  }

  private static String refusal(HttpResponse<String> response) throws IOException {
    return "%d %s%s"
        .formatted(
            response.statusCode(),
            JSON.readTree(response.body()).path("code").asText("without a code"),
            response.headers().firstValue("Retry-After").isPresent() ? "" : " without Retry-After");
  }

  private HttpRequest request(String key, Random random) {
    Target target = gateways.get(random.nextInt(gateways.size()));
    return HttpRequest.newBuilder(
            URI.create(
                "http://%s:%d%s"
                    .formatted(
                        target.address().getAddress().getHostAddress(),
                        target.address().getPort(),
                        path)))
        .timeout(TIMEOUT)
        .header("Authorization", "Bearer " + token)
        .header("Prefer", "respond-async")
        .header("Idempotency-Key", key)
        .POST(BodyPublishers.ofString(key))
        .build();
  }

  /** Sends nothing new, and waits until each call is accepted; false if that takes too long. */
  public boolean end(Duration patience) {
    isEnding = true;
    long deadline = System.nanoTime() + patience.toNanos();
    try {
      for (Thread client : clients) {
        long left = deadline - System.nanoTime();
        if (left <= 0 || !client.join(Duration.ofNanos(left))) {
          return false;
        }
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** The ids that clients were told, by their keys. */
  public Map<String, String> ids() {
    return Map.copyOf(ids);
  }

  /** How often a client sent a call again. */
  public long again() {
    return again.get();
  }

  /** How often they were refused: by status and code, and what of it lacks a Retry-After. */
  public Map<String, Long> refusals() {
    return new TreeMap<>(refusals);
  }

  @Override
  public void close() {
    isEnding = true;
    isGivenUp = true;
    http.close();
  }
}
