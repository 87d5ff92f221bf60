package dev.leat.scheduler.http;

import dev.leat.contract.Cancellation;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Invocation;
import dev.leat.contract.Invoker;
import dev.leat.contract.Outcome;
import dev.leat.contract.codec.HeadLimits;
import dev.leat.contract.codec.HeadRefused;
import dev.leat.contract.codec.InvocationHead;
import dev.leat.contract.codec.OutcomeHead;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One call of another node, from its first byte to the last of its answer. Confined to its
 * connection's event loop, but for {@link #begins} and {@link #ended}, which guests' threads call.
 */
final class ServedCall implements Invoker.Callback {
  /** What a call's node may take to say that it may begin: a round trip, and a pause there. */
  static final Duration GRANT_PATIENCE = Duration.ofSeconds(1);

  /** For how long nothing may move while a request comes or an answer goes. */
  static final Duration TRANSFER_PATIENCE = Duration.ofSeconds(30);

  /** For how long a version that is not known yet is waited for. */
  static final Duration VERSION_PATIENCE = Duration.ofSeconds(1);

  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  // Whether it may begin. It may without a question until its node was told that it waits.
  private static final int UNTOLD = 0;
  private static final int TOLD = 1;
  private static final int BEGUN = 2;
  private static final int GONE = 3;

  private static final int BAD_REQUEST = 400;
  private static final int TOO_LARGE = 413;
  private static final byte[] NO_BODY = new byte[0];

  private final ServerLoop loop;
  private final ServedPeer peer;
  private final HttpServerRequest request;
  private final HttpServerResponse response;
  private final Cancellation cancellation = new Cancellation();
  private final AtomicInteger state = new AtomicInteger(UNTOLD);
  private final CountDownLatch decided = new CountDownLatch(1);

  private final Filling prefix = new Filling(Wire.PREFIX_BYTES);
  private @Nullable Filling headBytes;
  private @Nullable InvocationHead head;
  private @Nullable FunctionVersion target;
  private @Nullable Filling body;

  /** What came of the body while the version was looked for. */
  private @Nullable Buffer early;

  private long id;
  private long held;
  private long cameNanos;
  private long movedNanos = System.nanoTime();
  private long arrivedNanos;
  private boolean isInvoked;
  private boolean hasEnded;

  /** It was answered or refused, or its node is gone: nothing more is written. */
  private boolean isOver;

  private byte[] answer = NO_BODY;
  private int written;

  ServedCall(ServerLoop loop, ServedPeer peer, HttpServerRequest request) {
    this.loop = loop;
    this.peer = peer;
    this.request = request;
    this.response = request.response();
  }

  void start() {
    peer.slow.add(this);
    request.handler(this::read).endHandler(end -> complete()).exceptionHandler(e -> gone());
    response.setChunked(true).exceptionHandler(e -> gone()).closeHandler(closed -> gone());
  }

  private void read(Buffer piece) {
    movedNanos = System.nanoTime();
    int at = 0;
    if (!isOver && headBytes == null) {
      at = prefix.take(piece, at);
      if (prefix.isFull()) {
        readPrefix(Buffer.buffer(prefix.bytes()));
      }
    }
    if (!isOver && headBytes != null && head == null) {
      at = headBytes.take(piece, at);
      if (headBytes.isFull()) {
        readHead(headBytes.bytes());
      }
    }
    readBody(piece, at);
  }

  private void readBody(Buffer piece, int from) {
    int at = from;
    if (!isOver && body != null) {
      at = body.take(piece, at);
    }
    if (isOver || at == piece.length()) {
      return;
    }
    if (head != null && target == null) {
      early = piece.getBuffer(at, piece.length()); // the next comes when the request goes on
    } else {
      refuse(BAD_REQUEST, "More came than the head says");
    }
  }

  private void readPrefix(Buffer bytes) {
    id = bytes.getLong(0);
    int length = bytes.getInt(Long.BYTES);
    if (length < 1 || length > HeadLimits.HEAD_BYTES_MAX) {
      refuse(BAD_REQUEST, "A head cannot have " + length + " bytes");
    } else if (take(length)) {
      headBytes = new Filling(length);
    }
  }

  private void readHead(byte[] bytes) {
    InvocationHead read;
    try {
      read = InvocationHead.decode(bytes);
    } catch (HeadRefused e) {
      refuse(BAD_REQUEST, String.valueOf(e.getMessage()));
      return;
    }
    if (read.bodyBytes() == HeadLimits.BODY_UNKNOWN) {
      refuse(BAD_REQUEST, "The head must say how long the body is");
      return;
    }
    cameNanos = System.nanoTime();
    head = read;
    FunctionVersion known = loop.local().versions().apply(read.version());
    if (known != null) {
      accept(read, known);
    } else {
      request.pause();
      loop.catchUpFor(this);
    }
  }

  /** What was deployed until now is known here. */
  void caughtUp() {
    InvocationHead read = head;
    if (isOver || read == null) {
      return;
    }
    FunctionVersion known = loop.local().versions().apply(read.version());
    if (known == null) {
      answer(overloaded("Node '%s' does not know %s yet".formatted(loop.node(), read.version())));
      request.resume();
      return;
    }
    accept(read, known);
    Buffer first = early;
    early = null;
    if (first != null) {
      readBody(first, 0);
    }
    request.resume();
  }

  private void accept(InvocationHead read, FunctionVersion known) {
    target = known;
    if (read.bodyBytes() > known.limits().requestBytes()) {
      refuse(TOO_LARGE, "The body is larger than its function takes");
    } else if (take(read.bodyBytes())) {
      body = new Filling((int) read.bodyBytes());
    }
  }

  private boolean take(long bytes) {
    if (!loop.held().take(bytes)) {
      answer(overloaded("Node '%s' holds as many bytes as it may".formatted(loop.node())));
      return false;
    }
    held += bytes;
    return true;
  }

  private static Outcome overloaded(String reason) {
    return new Outcome.Overloaded(reason, RETRY_AFTER);
  }

  private void complete() {
    if (isOver) {
      return;
    }
    if (body == null || !body.isFull()) {
      refuse(BAD_REQUEST, "Less came than the head says");
    } else if (peer.calls.putIfAbsent(id, this) != null) {
      refuse(BAD_REQUEST, "There is a call " + id + " already");
    } else {
      peer.slow.remove(this);
      isInvoked = true;
      arrivedNanos = System.nanoTime();
      loop.arrived(this);
    }
  }

  /** Hands it to the worker. */
  void invoke() {
    InvocationHead read = head;
    FunctionVersion known = target;
    Filling whole = body;
    if (read == null || known == null || whole == null) {
      throw new IllegalStateException("Call " + id + " has not come");
    }
    Invocation invocation = read.invocation(known, whole.bytes(), cameNanos, cancellation);
    head = null; // the worker alone keeps it from now on
    headBytes = null;
    body = null;
    loop.local().worker().invoke(invocation, this);
  }

  /** When all of it was there. */
  long arrivedNanos() {
    return arrivedNanos;
  }

  /** Tells its node that it waits, unless it has begun. */
  void tellIfWaiting() {
    if (!isOver && state.compareAndSet(UNTOLD, TOLD)) {
      write(Wire.WAITING);
    }
  }

  boolean isTold() {
    return state.get() == TOLD;
  }

  private void write(int kind) {
    var unused = response.write(Buffer.buffer().appendByte((byte) kind).appendInt(0));
  }

  @Override
  public boolean begins() {
    if (state.compareAndSet(UNTOLD, BEGUN)) {
      return true;
    }
    if (state.get() == TOLD) {
      loop.run(this::ask);
      try {
        boolean unused = decided.await(GRANT_PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      state.compareAndSet(TOLD, GONE); // no word came
    }
    return state.get() == BEGUN;
  }

  private void ask() {
    if (!isOver && state.get() == TOLD) {
      write(Wire.ASK);
    }
  }

  /** Its node says that it may begin. */
  void grant() {
    if (state.compareAndSet(TOLD, BEGUN)) {
      decided.countDown();
    }
  }

  /** Its node waits no more for it, but for how it ends. */
  void cancel() {
    giveAway();
    cancellation.cancel();
  }

  private void giveAway() {
    if (state.compareAndSet(UNTOLD, GONE) || state.compareAndSet(TOLD, GONE)) {
      decided.countDown();
    }
  }

  @Override
  public void ended(Outcome outcome) {
    loop.run(() -> finish(outcome));
  }

  private void finish(Outcome outcome) {
    hasEnded = true;
    peer.calls.remove(id, this);
    giveBack();
    if (!isOver) {
      answer(isTakenBack(outcome) ? new Outcome.WorkerLost(false) : outcome);
    }
  }

  /** It did not begin because no grant came, and nobody cancelled it. */
  private boolean isTakenBack(Outcome outcome) {
    return outcome instanceof Outcome.Cancelled
        && state.get() == GONE
        && !cancellation.isCancelled();
  }

  private void answer(Outcome outcome) {
    isOver = true;
    byte[] bytes = OutcomeHead.of(outcome).encode();
    answer = outcome instanceof Outcome.Responded responded ? responded.body() : NO_BODY;
    written = Math.min(answer.length, Wire.CHUNK_BYTES);
    Buffer first =
        Buffer.buffer(Wire.FRAME_BYTES + Wire.LOAD_BYTES + bytes.length + written)
            .appendByte((byte) Wire.OUTCOME)
            .appendInt(Wire.LOAD_BYTES + bytes.length);
    ReportForm.write(loop.local().worker().load(), first);
    first.appendBytes(bytes).appendBytes(answer, 0, written);
    giveBack();
    held = (long) first.length() - written + answer.length;
    loop.held().add(held);
    if (written == answer.length) {
      end(first);
      return;
    }
    peer.slow.add(this);
    response.drainHandler(drained -> goOn());
    var unused = response.write(first);
    goOn();
  }

  /** Writes as much of the answer as the other node takes. */
  private void goOn() {
    movedNanos = System.nanoTime();
    while (written < answer.length && !response.writeQueueFull()) {
      int length = Math.min(answer.length - written, Wire.CHUNK_BYTES);
      Buffer chunk = Buffer.buffer(length).appendBytes(answer, written, length);
      written += length;
      if (written == answer.length) {
        end(chunk);
      } else {
        var unused = response.write(chunk);
      }
    }
  }

  private void end(Buffer last) {
    answer = NO_BODY;
    written = 0;
    Future<Void> taken = response.end(last);
    if (!taken.isComplete()) {
      movedNanos = System.nanoTime();
      peer.slow.add(this);
    }
    taken.onComplete(done -> {
      peer.slow.remove(this);
      giveBack();
      if (!request.isEnded()) {
        dropRequest();
      }
    });
  }

  /** The rest of a request that was answered before it came. */
  private void dropRequest() {
    var unused = response.reset(0); // NO_ERROR (RFC 9113, 8.1)
  }

  private void refuse(int status, String words) {
    isOver = true;
    peer.slow.remove(this);
    giveBack();
    loop.refuse(request, status, words);
  }

  /** At times, while it is slow. */
  void look(long nowNanos) {
    if (head != null && target == null && !isOver) {
      if (nowNanos - cameNanos > VERSION_PATIENCE.toNanos()) {
        answer(overloaded("Node '%s' cannot learn of new versions now".formatted(loop.node())));
        request.resume();
      }
    } else if (nowNanos - movedNanos > TRANSFER_PATIENCE.toNanos()) {
      var unused = response.reset();
      gone();
    }
  }

  /** Its stream is closed: by its end, by its node, or with the connection. */
  void gone() {
    isOver = true;
    peer.slow.remove(this);
    answer = NO_BODY;
    written = 0;
    if (isInvoked && !hasEnded) {
      giveAway();
      cancellation.cancel(); // what the worker holds is given back when it has ended
    } else {
      giveBack();
    }
  }

  private void giveBack() {
    loop.held().giveBack(held);
    held = 0;
  }
}
