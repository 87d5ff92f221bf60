package dev.leat.gateway.http;

import dev.leat.contract.Answer;
import dev.leat.contract.Problem;
import dev.leat.contract.ProblemCode;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a request's body: whole, or not at all. It ends at its bound, when there is no memory for
 * it, when it arrives too slowly, and at any failure on the way. Confined to the request's event
 * loop.
 *
 * @param <T> what the whole body is read as
 */
public final class BodyReader<T> {
  private static final Logger LOG = LoggerFactory.getLogger(BodyReader.class);

  private final HttpServerRequest request;
  private final long maxBytes;
  private final Supplier<String> whenTooLarge;
  private final BodyContent<T> content;
  private final Connections connections;
  private final long startedNanos;
  private @Nullable Consumer<Answer<T>> ended;
  private long arrivedBytes;

  /**
   * @param whenTooLarge what the client is told when the body is longer than {@code maxBytes}
   * @param content takes the bytes
   */
  public BodyReader(
      HttpServerRequest request,
      long maxBytes,
      Supplier<String> whenTooLarge,
      BodyContent<T> content,
      Connections connections) {
    this.request = request;
    this.maxBytes = maxBytes;
    this.whenTooLarge = whenTooLarge;
    this.content = content;
    this.connections = connections;
    this.startedNanos = connections.nanoTime();
  }

  /** Whether the request has a body, be it empty (RFC 9112, 6.3). */
  public static boolean isExpected(HttpServerRequest request) {
    return request.getHeader(HttpHeaders.CONTENT_LENGTH) != null
        || request.getHeader(HttpHeaders.TRANSFER_ENCODING) != null;
  }

  /** The bytes that a body will have at the most: what it declares, up to {@code maxBytes}. */
  public static int expectedBytes(HttpServerRequest request, long maxBytes) {
    String declared = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    return (int) (declared == null ? maxBytes : Math.min(maxBytes, length(declared)));
  }

  /** Calls {@code ended} once; never when the connection ends before the body does. */
  public void read(Consumer<Answer<T>> ended) {
    this.ended = ended;
    String declared = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    if (!isExpected(request)) {
      end(content.whole());
      return;
    }
    if (declared != null && length(declared) > maxBytes) {
      end(tooLarge());
      return;
    }
    connections.arrives(this);
    request.exceptionHandler(failure -> stop());
    request.handler(chunk -> guard(() -> append(chunk)));
    request.endHandler(end -> guard(() -> end(content.whole())));
    if (UnreadBody.isAwaitingContinue(request)) {
      var unused = request.response().writeContinue();
    }
  }

  /** Nobody waits for the body any more: {@code ended} is not called after this. */
  public void stop() {
    ended = null;
    connections.arrived(this);
  }

  /** Ends the reading of a body that arrives too slowly. */
  void look(long nowNanos) {
    ConnectionLimits limits = connections.limits();
    if (limits.isTooSlow(arrivedBytes, nowNanos - startedNanos)) {
      UnreadBody.close(request, connections);
      end(
          Answer.refused(
              ProblemCode.REQUEST_TIMEOUT,
              "The body must arrive within %d s, and at %d bytes a second at least; %d bytes have come in %d s."
                  .formatted(
                      limits.bodyMax().toSeconds(),
                      limits.bodyBytesPerSecond(),
                      arrivedBytes,
                      (nowNanos - startedNanos) / 1_000_000_000)));
    }
  }

  private void append(Buffer chunk) {
    if (ended == null) {
      return;
    }
    arrivedBytes += chunk.length();
    if (arrivedBytes > maxBytes) {
      end(tooLarge());
      return;
    }
    Problem problem = content.append(chunk);
    if (problem != null) {
      end(Answer.refused(problem));
    }
  }

  /** A step that fails ends the body, which would be told in part otherwise. */
  private void guard(Runnable step) {
    try {
      step.run();
    } catch (RuntimeException | Error e) {
      LOG.error("A body could not be read", e);
      end(
          Answer.refused(
              ProblemCode.INTERNAL_ERROR,
              "The platform failed to read the body. Try again later."));
    }
  }

  private void end(Answer<T> answer) {
    Consumer<Answer<T>> told = ended;
    if (told != null) {
      stop();
      told.accept(answer);
    }
  }

  private Answer<T> tooLarge() {
    return Answer.refused(Problem.of(ProblemCode.BODY_TOO_LARGE, whenTooLarge.get()));
  }

  private static long length(String contentLength) {
    try {
      return Long.parseLong(contentLength);
    } catch (NumberFormatException e) {
      return Long.MAX_VALUE;
    }
  }
}
