package dev.leat.gateway.http;

import dev.leat.contract.Problem;
import dev.leat.contract.ProblemCode;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads a request's body up to a bound, counting it against the memory for bodies. Confined to the
 * request's event loop.
 */
public final class BodyReader {
  private static final byte[] EMPTY = new byte[0];

  private final HttpServerRequest request;
  private final long maxBytes;
  private final Supplier<String> whenTooLarge;
  private final MemoryBudget memory;
  private @Nullable Buffer body;
  private long held;
  private boolean ended;

  /**
   * @param whenTooLarge what the client is told when the body is longer than {@code maxBytes}
   */
  public BodyReader(
      HttpServerRequest request,
      long maxBytes,
      Supplier<String> whenTooLarge,
      MemoryBudget memory) {
    this.request = request;
    this.maxBytes = maxBytes;
    this.whenTooLarge = whenTooLarge;
    this.memory = memory;
  }

  /**
   * Calls one of the two, once; neither when the connection ends before the body does. Memory is
   * held until {@link #release}.
   */
  public void read(Consumer<byte[]> whole, Consumer<Problem> refused) {
    String declared = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    if (declared == null && request.getHeader(HttpHeaders.TRANSFER_ENCODING) == null) {
      whole.accept(EMPTY);
      return;
    }
    if (declared != null && exceeds(declared)) {
      refused.accept(tooLarge());
      return;
    }
    request.exceptionHandler(failure -> end());
    request.handler(chunk -> {
      if (ended) {
        return;
      }
      if (size() + (long) chunk.length() > maxBytes) {
        end();
        refused.accept(tooLarge());
      } else if (!hold(chunk.length())) {
        end();
        refused.accept(
            Problem.of(
                ProblemCode.OVERLOADED,
                "The memory for request bodies is used up. Try again later."));
      } else {
        append(chunk);
      }
    });
    request.endHandler(end -> {
      if (!ended) {
        ended = true;
        byte[] bytes = body == null ? EMPTY : body.getBytes();
        body = null;
        whole.accept(bytes);
      }
    });
    if (UnreadBody.isAwaitingContinue(request)) {
      var unused = request.response().writeContinue();
    }
  }

  /** Gives the memory back; further calls do nothing. */
  public void release() {
    memory.giveBack(held);
    held = 0;
  }

  private Problem tooLarge() {
    return Problem.of(ProblemCode.BODY_TOO_LARGE, whenTooLarge.get());
  }

  private boolean exceeds(String contentLength) {
    try {
      return Long.parseLong(contentLength) > maxBytes;
    } catch (NumberFormatException e) {
      return true;
    }
  }

  private boolean hold(int bytes) {
    if (!memory.take(bytes)) {
      return false;
    }
    held += bytes;
    return true;
  }

  private void append(Buffer chunk) {
    if (body == null) {
      body = chunk.copy();
    } else {
      body.appendBuffer(chunk);
    }
  }

  private int size() {
    return body == null ? 0 : body.length();
  }

  private void end() {
    ended = true;
    body = null;
    release();
  }
}
