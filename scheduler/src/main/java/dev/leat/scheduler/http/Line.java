package dev.leat.scheduler.http;

import dev.leat.scheduler.WorkerReport;
import io.vertx.core.http.HttpClientConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a connection of one event loop to one node open, and opens another when it is lost. All but
 * what says so is confined to the loop.
 */
final class Line {
  private static final Duration RETRY_FIRST = Duration.ofMillis(100);
  private static final Duration RETRY_MAX = Duration.ofSeconds(2);

  private final PeerLoop loop;
  private final RemoteWorker worker;
  private @Nullable Link current;

  /** Those that take no more calls, until theirs have ended. */
  private final List<Link> retiring = new ArrayList<>();

  private boolean isConnecting;
  private boolean isClosed;
  private Duration retryAfter = RETRY_FIRST;
  private long retryNanos = System.nanoTime();

  /** Read by any thread. */
  private volatile boolean isFresh;

  Line(PeerLoop loop, RemoteWorker worker) {
    this.loop = loop;
    this.worker = worker;
  }

  /** Begins to connect; any thread. */
  void start() {
    run(() -> {
      loop.add(this);
      connect();
    });
  }

  /** Ends all; any thread. */
  void close(String why) {
    run(() -> {
      isClosed = true;
      loop.remove(this);
      links().forEach(link -> link.lost(why));
    });
  }

  /** Whether it connects to a node that answers; any thread. */
  boolean isFresh() {
    return isFresh;
  }

  /** Whether the caller is on this line's event loop; any thread. */
  boolean isHere() {
    return loop.isHere();
  }

  /** Sends it; any thread. */
  void send(SentCall call) {
    if (loop.isHere()) {
      sendHere(call);
    } else {
      loop.run(() -> sendHere(call));
    }
  }

  private void sendHere(SentCall call) {
    Link link = current;
    if (link == null) {
      call.lost();
    } else {
      link.send(call);
    }
  }

  /**
   * Another says that the node is lost: that is so at once if it does not answer either. Any
   * thread.
   */
  void suspect() {
    run(() ->
        links().stream()
            .filter(Link::isSilent)
            .forEach(link -> link.lost("it is said to be lost")));
  }

  /** At times. */
  void look(long nowNanos) {
    links().forEach(link -> link.look(nowNanos));
    retiring.stream().filter(Link::isIdle).toList().forEach(link -> link.lost("it is retired"));
    Link link = current;
    isFresh = link != null && link.isFresh();
    if (link == null && nowNanos - retryNanos >= 0) {
      connect();
    }
  }

  private List<Link> links() {
    List<Link> links = new ArrayList<>(retiring);
    if (current != null) {
      links.add(current);
    }
    return links;
  }

  private void connect() {
    if (isConnecting || isClosed) {
      return;
    }
    isConnecting = true;
    loop.connect(worker.member()).onSuccess(this::connected).onFailure(this::failed);
  }

  private void connected(HttpClientConnection connection) {
    isConnecting = false;
    if (isClosed) {
      var unused = connection.close();
      return;
    }
    retryAfter = RETRY_FIRST;
    Link link = new Link(this, connection);
    current = link;
    link.start();
  }

  private void failed(Throwable failure) {
    isConnecting = false;
    later();
    trouble("it cannot be reached: " + failure.getMessage());
  }

  private void later() {
    retryNanos = System.nanoTime() + retryAfter.toNanos();
    Duration next = retryAfter.multipliedBy(2);
    retryAfter = next.compareTo(RETRY_MAX) < 0 ? next : RETRY_MAX;
  }

  /** The node is there, but does not speak with this one. */
  void refused(String words) {
    worker.refused();
    trouble(words);
  }

  private void trouble(String words) {
    if (!isClosed) {
      worker.trouble(words);
    }
  }

  void reported(WorkerReport report) {
    worker.reported(report);
    Link link = current;
    isFresh = link != null && link.isFresh();
  }

  /** It takes no more calls, those that it has go on; another is opened. */
  void retire(Link link) {
    if (current == link) {
      current = null;
      isFresh = false;
      retiring.add(link);
      later();
    }
  }

  void lost(Link link, String why) {
    retiring.remove(link);
    if (current == link) {
      current = null;
      isFresh = false;
      later();
      trouble(why);
    }
  }

  RemoteWorker worker() {
    return worker;
  }

  String reportPath() {
    return loop.reportPath();
  }

  String format() {
    return loop.format();
  }

  void run(Runnable work) {
    loop.run(work);
  }
}
