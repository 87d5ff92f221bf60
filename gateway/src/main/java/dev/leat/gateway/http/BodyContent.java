package dev.leat.gateway.http;

import dev.leat.contract.Answer;
import dev.leat.contract.Problem;
import dev.leat.contract.ProblemCode;
import dev.leat.gateway.http.BodyMemory.Reservation;
import io.vertx.core.buffer.Buffer;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of a body's bytes as they arrive. Confined to the request's event loop.
 *
 * @param <T> what the whole body is read as
 */
public interface BodyContent<T> {
  Problem NO_MEMORY =
      Problem.of(
          ProblemCode.OVERLOADED, "The memory for request bodies is used up. Try again later.");

  /** Takes the next bytes; returns why the body is not to be read on, or null. */
  @Nullable Problem append(Buffer chunk);

  /** The whole body, when all has arrived. */
  Answer<T> whole();

  /** A body as it is. */
  static BodyContent<byte[]> plain(Reservation memory, int expectedBytes) {
    GrowingBody body = new GrowingBody(memory, expectedBytes);
    return new BodyContent<>() {
      @Override
      public @Nullable Problem append(Buffer chunk) {
        return body.append(chunk) ? null : NO_MEMORY;
      }

      @Override
      public Answer<byte[]> whole() {
        byte[] whole = body.whole();
        return whole == null ? Answer.refused(NO_MEMORY) : Answer.done(whole);
      }
    };
  }
}
