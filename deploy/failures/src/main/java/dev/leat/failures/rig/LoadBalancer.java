package dev.leat.failures.rig;

import dev.leat.failures.rig.Ending.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Hands requests to gateways in turn, as the load balancer of an operator does: to those alone
 * whose {@code /health/ready} answered 200 when it was asked last, or to all when that is none (as
 * Envoy and AWS's balancers do). A request that a gateway took no connection for goes to the next;
 * one that was sent is never sent again.
 */
public final class LoadBalancer implements AutoCloseable {
  private static final Duration CHECKED_EVERY = Duration.ofMillis(100);

  /** A gateway that does not answer for so long is not ready. */
  private static final Duration CHECK_PATIENCE = Duration.ofMillis(500);

  /** How long a client waits before it says that nothing came: longer than any call may take. */
  private static final Duration PATIENCE = Duration.ofSeconds(45);

  /** How long it is tried to find a gateway that takes the connection. */
  private static final Duration SEARCH = Duration.ofSeconds(10);

  private static final Duration SEARCH_PAUSE = Duration.ofMillis(20);
  private static final Pattern CODE = Pattern.compile("\"code\":\"([a-z-]+)\"");
  private static final Pattern DETAIL = Pattern.compile("\"detail\":\"([^\"]*)\"");

  private final List<Gateway> gateways;
  private final AtomicInteger turn = new AtomicInteger();
  private final ScheduledExecutorService checks;

  public LoadBalancer(List<Target> targets) {
    gateways = targets.stream().map(Gateway::new).toList();
    checks = Executors.newScheduledThreadPool(targets.size(), Thread.ofVirtual().factory());
    gateways.forEach(Gateway::check);
    gateways.forEach(gateway -> {
      var unused =
          checks.scheduleWithFixedDelay(
              gateway::check,
              CHECKED_EVERY.toMillis(),
              CHECKED_EVERY.toMillis(),
              TimeUnit.MILLISECONDS);
    });
  }

  /**
   * Sends a request with this id as its body and returns what became of it.
   *
   * @param head the request's line and fields, each line ended, without its length
   */
  Entry send(String head, String id, long dueNanos) {
    byte[] body = (id + "\n").getBytes(StandardCharsets.US_ASCII);
    byte[] request =
        (head + "Content-Length: " + body.length + "\r\n\r\n" + id + "\n")
            .getBytes(StandardCharsets.US_ASCII);
    long deadline = System.nanoTime() + SEARCH.toNanos();
    int refused = 0;
    do {
      Gateway gateway = next();
      if (gateway.isReady || gateways.stream().noneMatch(each -> each.isReady)) {
        try {
          Ending ending = ending(gateway.wire.send(request), id);
          return new Entry(id, gateway.name(), dueNanos, System.nanoTime(), ending);
        } catch (Wire.NotConnected e) {
          gateway.isReady = false;
          if (++refused % gateways.size() == 0) {
            LockSupport.parkNanos(SEARCH_PAUSE.toNanos());
          }
        } catch (IOException e) {
          Kind kind = e instanceof Wire.NoAnswer ? Kind.HUNG : Kind.CUT;
          Ending ending = new Ending(kind, String.valueOf(e.getMessage()));
          return new Entry(id, gateway.name(), dueNanos, System.nanoTime(), ending);
        }
      }
    } while (System.nanoTime() - deadline < 0);
    return new Entry(id, "", dueNanos, System.nanoTime(), new Ending(Kind.NOWHERE, ""));
  }

  private Gateway next() {
    return gateways.get(Math.floorMod(turn.getAndIncrement(), gateways.size()));
  }

  private static Ending ending(Wire.Response response, String id) {
    if (response.status() == 200) {
      return response.text().strip().equals(id)
          ? Ending.ANSWERED
          : new Ending(Kind.WRONG, "the answer of another: " + response.text().strip());
    }
    Matcher code = CODE.matcher(response.text());
    Matcher detail = DETAIL.matcher(response.text());
    return code.find()
        ? new Ending(
            Kind.REFUSED,
            response.status() + " " + code.group(1),
            detail.find() ? detail.group(1) : "")
        : new Ending(Kind.WRONG, response.status() + " without a code");
  }

  @Override
  public void close() {
    checks.shutdownNow();
    gateways.forEach(gateway -> {
      gateway.wire.close();
      gateway.checking.close();
    });
  }

  private static final class Gateway {
    private static final byte[] CHECK =
        "GET /health/ready HTTP/1.1\r\nHost: leat\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final Target target;
    private final Wire wire;
    private final Wire checking;
    private volatile boolean isReady;

    private Gateway(Target target) {
      this.target = target;
      this.wire = new Wire(target.address(), PATIENCE);
      this.checking = new Wire(target.address(), CHECK_PATIENCE);
    }

    private String name() {
      return target.name();
    }

    private void check() {
      try {
        isReady = checking.send(CHECK).status() == 200;
      } catch (IOException e) {
        isReady = false;
      }
    }
  }
}
