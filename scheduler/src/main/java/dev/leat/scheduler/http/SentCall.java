package dev.leat.scheduler.http;

import dev.leat.contract.Cancellation;
import dev.leat.contract.Invocation;
import dev.leat.contract.Invoker;
import dev.leat.contract.Outcome;
import dev.leat.contract.Usage;
import dev.leat.contract.codec.HeadLimits;
import dev.leat.contract.codec.HeadRefused;
import dev.leat.contract.codec.InvocationHead;
import dev.leat.contract.codec.OutcomeHead;
import dev.leat.scheduler.Load;
import io.vertx.core.AsyncResult;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.StreamResetException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One call to another node, until it has ended here: exactly once. Confined to its link's event
 * loop. Whether it can be handed to another worker when the link is lost is what its state says: it
 * has not begun while it is sent, and while it waits, until it was granted.
 */
final class SentCall {
  private static final Logger LOG = LoggerFactory.getLogger(SentCall.class);

  /** How long after its deadline, or its cancellation, the other node may take to answer. */
  static final Duration ANSWER_PATIENCE = Duration.ofSeconds(1);

  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
  private static final int OK = 200;
  private static final int REFUSED_STREAM = 7; // RFC 9113, 7: it was not looked at
  private static final byte[] NO_BODY = new byte[0];

  private enum State {
    /** Not all of it was handed over: the other node cannot have begun it. */
    SENDING,
    /** It may have begun. */
    SENT,
    /** The other node said that it has not begun, and asks before it does. */
    WAITING,
    /** It was told that it may begin. */
    GRANTED,
    /** It has ended here, or was given away; whatever comes now is not looked at. */
    OVER
  }

  private final RemoteWorker worker;
  private final Invoker.Callback callback;
  private final Cancellation cancellation;
  private final long deadlineNanos;
  private final long responseBytesMax;
  private @Nullable Invocation invocation;
  private @Nullable Link link;
  private @Nullable Runnable onCancel;
  private @Nullable HttpClientRequest request;
  private long id;
  private State state = State.SENDING;
  private byte[] sending = NO_BODY;
  private int sent;
  private boolean isCancelled;
  private long cancelledNanos;

  private Filling frame = new Filling(Wire.FRAME_BYTES);
  private @Nullable Filling payload;
  private @Nullable OutcomeHead outcome;
  private @Nullable Filling body;

  SentCall(RemoteWorker worker, Invocation invocation, Invoker.Callback callback) {
    this.worker = worker;
    this.invocation = invocation;
    this.callback = callback;
    this.cancellation = invocation.cancellation();
    this.deadlineNanos = invocation.deadlineNanos();
    this.responseBytesMax = invocation.target().limits().responseBytes();
  }

  /** Sends it, under this number of the link's. */
  void start(Link link, long id) {
    this.link = link;
    this.id = id;
    Runnable action = () -> link.run(this::cancelled);
    onCancel = action;
    cancellation.onCancel(action);
    if (state != State.OVER) { // it was not cancelled before
      link.request(Wire.INVOKE).onComplete(this::opened);
    }
  }

  private void opened(AsyncResult<HttpClientRequest> opened) {
    Invocation travelling = invocation;
    if (opened.failed() || travelling == null) {
      if (opened.succeeded()) {
        var unused = opened.result().reset();
      }
      lost();
      return;
    }
    HttpClientRequest stream = opened.result();
    request = stream;
    stream.exceptionHandler(this::broken);
    stream.response().onSuccess(this::answered).onFailure(this::broken);
    send(travelling, stream);
  }

  private void send(Invocation travelling, HttpClientRequest stream) {
    byte[] head = InvocationHead.of(travelling, System.nanoTime()).encode();
    byte[] bytes = travelling.input().body();
    invocation = null;
    int first = Math.min(bytes.length, Wire.CHUNK_BYTES);
    Buffer begin =
        Buffer.buffer(Wire.PREFIX_BYTES + head.length + first)
            .appendLong(id)
            .appendInt(head.length)
            .appendBytes(head)
            .appendBytes(bytes, 0, first);
    if (first == bytes.length) {
      state = State.SENT;
      var unused = stream.end(begin);
      return;
    }
    sending = bytes;
    sent = first;
    stream.setChunked(true).drainHandler(drained -> goOn(stream));
    var unused = stream.write(begin);
    goOn(stream);
  }

  /** Sends as much of the body as the other node takes. */
  private void goOn(HttpClientRequest stream) {
    link().heard();
    while (state == State.SENDING && !stream.writeQueueFull()) {
      int length = Math.min(sending.length - sent, Wire.CHUNK_BYTES);
      Buffer chunk = Buffer.buffer(length).appendBytes(sending, sent, length);
      sent += length;
      if (sent == sending.length) {
        sending = NO_BODY;
        state = State.SENT;
        var unused = stream.end(chunk);
      } else {
        var unused = stream.write(chunk);
      }
    }
  }

  private void answered(HttpClientResponse response) {
    if (state == State.OVER) {
      return;
    }
    if (response.statusCode() != OK) {
      LOG.warn(
          "Another node refused a call node={} status={}", worker.node(), response.statusCode());
      end(new Outcome.WorkerLost(false));
      return;
    }
    response
        .handler(this::read)
        .endHandler(end -> malformed("its answer ends too soon"))
        .exceptionHandler(this::broken);
  }

  private void read(Buffer piece) {
    link().heard();
    int at = 0;
    while (state != State.OVER && at < piece.length()) {
      if (payload == null) {
        at = frame.take(piece, at);
        if (frame.isFull()) {
          frameBegins(Buffer.buffer(frame.bytes()));
        }
      } else if (outcome == null) {
        at = payload.take(piece, at);
        if (payload.isFull()) {
          outcome(Buffer.buffer(payload.bytes()));
        }
      } else if (body == null || body.isFull()) {
        malformed("something follows its answer");
      } else {
        at = body.take(piece, at);
        endIfWhole(outcome, body);
      }
    }
  }

  private void frameBegins(Buffer begin) {
    int kind = begin.getByte(0);
    int length = begin.getInt(1);
    frame = new Filling(Wire.FRAME_BYTES);
    if (kind == Wire.OUTCOME && length > Wire.LOAD_BYTES && length <= Wire.OUTCOME_BYTES_MAX) {
      payload = new Filling(length);
    } else if (kind == Wire.WAITING && length == 0 && state == State.SENT) {
      state = State.WAITING;
    } else if (kind == Wire.ASK && length == 0 && state == State.WAITING) {
      asked();
    } else {
      malformed("a frame of kind " + kind + " does not fit here");
    }
  }

  /** The other node is about to begin it: whoever waits for it here has the last word. */
  private void asked() {
    if (callback.begins()) {
      state = State.GRANTED;
      link().say(Wire.GRANT + id);
    } else {
      cancelled();
    }
  }

  private void outcome(Buffer bytes) {
    try {
      Load load = ReportForm.load(bytes, 0);
      OutcomeHead head = OutcomeHead.decode(bytes.getBytes(Wire.LOAD_BYTES, bytes.length()));
      if (head.bodyBytes() == HeadLimits.BODY_UNKNOWN || head.bodyBytes() > responseBytesMax) {
        malformed("its body would have " + head.bodyBytes() + " bytes");
        return;
      }
      worker.reported(load);
      Filling whole = new Filling((int) head.bodyBytes());
      outcome = head;
      body = whole;
      endIfWhole(head, whole);
    } catch (HeadRefused | IllegalArgumentException e) {
      malformed(String.valueOf(e.getMessage()));
    }
  }

  private void endIfWhole(OutcomeHead head, Filling whole) {
    if (whole.isFull()) {
      end(head.outcome(whole.bytes()));
    }
  }

  private void cancelled() {
    OutcomeHead answer = outcome;
    switch (state) {
      case SENDING -> end(new Outcome.Cancelled(Usage.NONE));
      case WAITING -> {
        link().say(Wire.CANCEL + id);
        end(new Outcome.Cancelled(Usage.NONE));
      }
      case SENT, GRANTED -> {
        if (answer != null) {
          end(new Outcome.Cancelled(answer.outcome().usage()));
          abandon();
        } else {
          // What it used is known when it has ended there, within a budget check.
          isCancelled = true;
          cancelledNanos = System.nanoTime();
          link().say(Wire.CANCEL + id);
        }
      }
      case OVER -> {}
    }
  }

  /** At times: whether the other node answers in time. */
  void look(long nowNanos) {
    long patience = ANSWER_PATIENCE.toNanos();
    if (isCancelled && nowNanos - cancelledNanos > patience) {
      end(new Outcome.Cancelled(Usage.NONE));
      abandon();
    } else if (nowNanos - deadlineNanos > patience) {
      late();
    }
  }

  private void late() {
    boolean hasNotBegun = state == State.WAITING || state == State.SENDING;
    end(
        hasNotBegun
            ? new Outcome.Overloaded("Its time passed before it could begin", RETRY_AFTER)
            : new Outcome.WorkerLost(true));
    abandon();
  }

  /** Has the other node let go of it. */
  private void abandon() {
    HttpClientRequest stream = request;
    if (stream != null) {
      var unused = stream.reset();
    }
  }

  private void malformed(String what) {
    if (state != State.OVER) {
      LOG.warn("Another node does not keep to the format node={} what={}", worker.node(), what);
      lost();
      abandon();
    }
  }

  private void broken(Throwable failure) {
    if (failure instanceof StreamResetException reset && reset.getCode() == REFUSED_STREAM) {
      end(new Outcome.WorkerLost(false));
    } else {
      lost();
    }
  }

  /** There will be no answer. */
  void lost() {
    switch (state) {
      case SENDING, WAITING -> end(new Outcome.WorkerLost(false));
      case SENT, GRANTED -> end(new Outcome.WorkerLost(true));
      case OVER -> {}
    }
  }

  /** It could not be sent. */
  void refused(Outcome ending) {
    end(ending);
  }

  private void end(Outcome ending) {
    if (state == State.OVER) {
      return;
    }
    boolean isSending = state == State.SENDING;
    state = State.OVER;
    if (isSending) {
      abandon();
    }
    invocation = null;
    sending = NO_BODY;
    payload = null;
    outcome = null;
    body = null;
    if (onCancel != null) {
      cancellation.forget(onCancel);
    }
    if (link != null) {
      link.ended(id);
    }
    worker.ended();
    callback.ended(ending);
  }

  private Link link() {
    Link mine = link;
    if (mine == null) {
      throw new IllegalStateException("The call was not sent");
    }
    return mine;
  }
}
