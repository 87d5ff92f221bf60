package dev.leat.scheduler.http;

import dev.leat.contract.Outcome;
import dev.leat.scheduler.WorkerReport;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientConnection;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One open connection to another node, with the calls that are on it. Asks for the node's report
 * all the time, and thereby finds out whether it is still there. Confined to its event loop.
 */
final class Link {
  private static final Logger LOG = LoggerFactory.getLogger(Link.class);

  /** How often the report is asked for. */
  static final Duration REPORT_EVERY = Duration.ofMillis(250);

  /** Without an answer for so long, no new calls are sent. */
  static final Duration STALE_AFTER = Duration.ofMillis(750);

  /** Without an answer for so long, the node counts as lost. */
  static final Duration LOST_AFTER = Duration.ofMillis(1_500);

  /** Of a connection's streams, those kept for words about calls and for reports. */
  private static final int STREAMS_KEPT = 64;

  /** HTTP/2 has numbers for a billion streams (RFC 9113, 5.1.1): another connection by then. */
  private static final long CALLS_MAX = 500_000_000;

  private static final Duration OVERLOADED_RETRY = Duration.ofSeconds(1);
  private static final int OK = 200;

  private final Line line;
  private final HttpClientConnection connection;
  private final Map<Long, SentCall> calls = new HashMap<>();
  private long last;

  private boolean isAsking;
  private long askedNanos;
  private long lookedNanos = System.nanoTime();

  /**
   * For how long the node did not answer, as far as this loop ran: what it slept through itself,
   * when the whole process was stopped, is not held against the other.
   */
  private long silentNanos;

  private boolean hasReported;
  private boolean isGone;

  Link(Line line, HttpClientConnection connection) {
    this.line = line;
    this.connection = connection;
  }

  void start() {
    connection
        .closeHandler(closed -> lost("its connection is closed"))
        .shutdownHandler(shutdown -> line.retire(this))
        .exceptionHandler(failure -> LOG.debug("A connection failed: {}", failure.toString()));
    ask();
  }

  void send(SentCall call) {
    if (isGone) {
      call.lost();
    } else if (connection.activeStreams() + STREAMS_KEPT >= connection.maxActiveStreams()) {
      call.refused(
          new Outcome.Overloaded(
              "The connection to node '" + line.worker().node() + "' is full", OVERLOADED_RETRY));
    } else {
      long id = ++last;
      calls.put(id, call);
      call.start(this, id);
      if (last >= CALLS_MAX) {
        line.retire(this);
      }
    }
  }

  void ended(long id) {
    calls.remove(id);
  }

  boolean isIdle() {
    return calls.isEmpty();
  }

  Future<HttpClientRequest> request(String path) {
    return request(HttpMethod.POST, path);
  }

  private Future<HttpClientRequest> request(HttpMethod method, String path) {
    return connection
        .request(new RequestOptions().setMethod(method).setURI(path))
        .onSuccess(request -> {
          request.putHeader(Wire.FORMAT_FIELD, line.format());
        });
  }

  /** Says a word about a call. If it does not arrive, the call is not begun, or is lost. */
  void say(String path) {
    request(path)
        .onSuccess(request -> {
          request.exceptionHandler(
              failure -> LOG.debug("A word was not heard path={} {}", path, failure.toString()));
          var unused = request.end();
        })
        .onFailure(e -> LOG.debug("A word could not be said path={} {}", path, e.toString()));
  }

  /** At times. */
  void look(long nowNanos) {
    long passed = Math.min(nowNanos - lookedNanos, REPORT_EVERY.toNanos());
    lookedNanos = nowNanos;
    List.copyOf(calls.values()).forEach(call -> call.look(nowNanos));
    if (isAsking) {
      silentNanos += passed;
      if (silentNanos >= LOST_AFTER.toNanos()) {
        lost("it did not answer for " + LOST_AFTER.toMillis() + " ms");
      }
    } else if (nowNanos - askedNanos >= REPORT_EVERY.toNanos()) {
      ask();
    }
  }

  /** Whether the node answered lately. */
  boolean isFresh() {
    return hasReported && !isGone && silentNanos < STALE_AFTER.toNanos();
  }

  private void ask() {
    isAsking = true;
    askedNanos = System.nanoTime();
    request(HttpMethod.GET, line.reportPath())
        .onSuccess(request -> {
          request.exceptionHandler(failure -> {}); // the connection's end says it
          request.response().onSuccess(this::reported);
          var unused = request.end();
        });
  }

  private void reported(HttpClientResponse response) {
    Buffer bytes = Buffer.buffer();
    response
        .handler(piece -> {
          heard();
          if (bytes.length() + piece.length() <= ReportForm.BYTES_MAX) {
            bytes.appendBuffer(piece);
          }
        })
        .exceptionHandler(failure -> {})
        .endHandler(end -> reported(response.statusCode(), bytes));
  }

  private void reported(int status, Buffer bytes) {
    isAsking = false;
    heard();
    if (status != OK) {
      String words = bytes.getString(0, Math.min(bytes.length(), RemoteWorker.TROUBLE_CHARS_MAX));
      line.refused("it answered " + status + ": " + words);
      return;
    }
    try {
      WorkerReport report = ReportForm.read(bytes);
      hasReported = true;
      line.reported(report);
    } catch (IllegalArgumentException e) {
      line.refused("its report cannot be read: " + e.getMessage());
    }
  }

  /** The node answered something, or took some of what it was sent. */
  void heard() {
    silentNanos = 0;
  }

  /** Ends all its calls, each as it must be, and the connection. */
  void lost(String why) {
    if (isGone) {
      return;
    }
    isGone = true;
    line.lost(this, why);
    List.copyOf(calls.values()).forEach(SentCall::lost);
    var unused = connection.close();
  }

  /** Whether it did not answer when it should have, so that another's word is believed. */
  boolean isSilent() {
    return silentNanos > 0;
  }

  void run(Runnable work) {
    line.run(work);
  }
}
