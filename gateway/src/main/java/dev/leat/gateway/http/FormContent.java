package dev.leat.gateway.http;

import dev.leat.contract.Answer;
import dev.leat.contract.Problem;
import dev.leat.contract.ProblemCode;
import dev.leat.gateway.http.BodyMemory.Reservation;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.multipart.Attribute;
import io.netty.handler.codec.http.multipart.DefaultHttpDataFactory;
import io.netty.handler.codec.http.multipart.FileUpload;
import io.netty.handler.codec.http.multipart.HttpPostMultipartRequestDecoder;
import io.netty.handler.codec.http.multipart.InterfaceHttpData;
import io.netty.handler.codec.http.multipart.MemoryFileUpload;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A multipart/form-data body (RFC 7578), taken apart as it arrives, so that each part's bytes are
 * held once. Confined to the request's event loop.
 */
public final class FormContent implements BodyContent<Map<String, byte[]>> {
  /** A part without a file name, such as a module's signature. */
  public static final int TEXT_BYTES_MAX = 65_536;

  private static final int PARTS_MAX = 16;

  /** What the decoder may keep of a part's head, and of bytes that it has read already. */
  private static final int BUFFERED_MAX = 65_536;

  private static final Problem MALFORMED =
      Problem.of(
          ProblemCode.INVALID_REQUEST,
          "The body is not well-formed multipart/form-data of at most %d parts, of which those without a file name have at most %d bytes each."
              .formatted(PARTS_MAX, TEXT_BYTES_MAX));

  private static final byte[] CR = {'\r'};

  private final Reservation memory;
  private final @Nullable HttpPostMultipartRequestDecoder decoder;
  private boolean heldBack;
  private boolean isOutOfMemory;

  /**
   * @param contentType with the boundary between the parts
   * @param expectedBytes what the whole body will have, or may have
   */
  public FormContent(String contentType, Reservation memory, int expectedBytes) {
    this.memory = memory;
    this.decoder = decoder(contentType, expectedBytes);
  }

  private @Nullable HttpPostMultipartRequestDecoder decoder(String contentType, int expectedBytes) {
    HttpRequest request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/");
    request.headers().set(HttpHeaderNames.CONTENT_TYPE, contentType);
    try {
      HttpPostMultipartRequestDecoder made =
          new HttpPostMultipartRequestDecoder(
              new Parts(expectedBytes), request, StandardCharsets.UTF_8, PARTS_MAX, BUFFERED_MAX);
      made.setDiscardThreshold(BUFFERED_MAX);
      return made;
    } catch (RuntimeException e) {
      // Not all that it stumbles over is declared: an empty boundary is an index out of bounds.
      return null;
    }
  }

  @Override
  public @Nullable Problem append(Buffer chunk) {
    // The decoder takes a CR that ends a chunk for a part's content where the LF of the delimiter
    // (RFC 2046, 5.1.1) comes with the next: so it gets the two together.
    boolean isHeldBack = chunk.length() > 0 && chunk.getByte(chunk.length() - 1) == '\r';
    byte[] bytes = chunk.getBytes(0, chunk.length() - (isHeldBack ? 1 : 0));
    ByteBuf whole = heldBack ? Unpooled.wrappedBuffer(CR, bytes) : Unpooled.wrappedBuffer(bytes);
    heldBack = isHeldBack;
    return offer(new DefaultHttpContent(whole));
  }

  private @Nullable Problem offer(HttpContent content) {
    if (decoder == null) {
      return MALFORMED;
    }
    try {
      decoder.offer(content);
      return null;
    } catch (RuntimeException e) {
      return isOutOfMemory ? NO_MEMORY : MALFORMED;
    }
  }

  @Override
  public Answer<Map<String, byte[]>> whole() {
    Problem problem = offer(LastHttpContent.EMPTY_LAST_CONTENT);
    if (problem != null || decoder == null) {
      return Answer.refused(problem == null ? MALFORMED : problem);
    }
    try {
      Map<String, byte[]> parts = new HashMap<>();
      for (InterfaceHttpData data : decoder.getBodyHttpDatas()) {
        byte[] bytes = bytes(data);
        if (bytes == null) {
          return Answer.refused(NO_MEMORY);
        }
        if (parts.put(data.getName(), bytes) != null) {
          return Answer.refused(
              ProblemCode.INVALID_REQUEST, "A part of the form is given more than once.");
        }
      }
      return Answer.done(parts);
    } catch (RuntimeException e) {
      return Answer.refused(MALFORMED);
    } catch (IOException e) {
      throw new UncheckedIOException("Reading from memory", e);
    } finally {
      decoder.destroy();
    }
  }

  /** A part's bytes, reserved; null when there is no memory for them. */
  private byte @Nullable [] bytes(InterfaceHttpData data) throws IOException {
    return switch (data) {
      case Part part -> part.body.whole();
      case Attribute text -> memory.take(text.length()) ? text.get() : null;
      default -> new byte[0];
    };
  }

  /** Parts with a file name go into memory of ours, the others into the decoder's. */
  private final class Parts extends DefaultHttpDataFactory {
    private final int expectedBytes;

    Parts(int expectedBytes) {
      super(false);
      this.expectedBytes = expectedBytes;
    }

    @Override
    public Attribute createAttribute(HttpRequest request, String name) {
      return bounded(super.createAttribute(request, name));
    }

    @Override
    public Attribute createAttribute(HttpRequest request, String name, long definedSize) {
      return bounded(super.createAttribute(request, name, definedSize));
    }

    private static Attribute bounded(Attribute attribute) {
      attribute.setMaxSize(TEXT_BYTES_MAX);
      return attribute;
    }

    @Override
    public FileUpload createFileUpload(
        HttpRequest request,
        String name,
        String filename,
        String contentType,
        String contentTransferEncoding,
        Charset charset,
        long size) {
      return new Part(name, filename, contentType, contentTransferEncoding, charset, expectedBytes);
    }
  }

  /** A part with a file name. */
  @SuppressWarnings("UnsynchronizedOverridesSynchronized")
  private final class Part extends MemoryFileUpload {
    private final GrowingBody body;

    Part(
        String name,
        String filename,
        String contentType,
        String contentTransferEncoding,
        Charset charset,
        int expectedBytes) {
      super(name, filename, contentType, contentTransferEncoding, charset, 0);
      this.body = new GrowingBody(memory, expectedBytes);
    }

    @Override
    public void addContent(@Nullable ByteBuf buffer, boolean isLast) throws IOException {
      if (buffer != null) {
        byte[] bytes = new byte[buffer.readableBytes()];
        buffer.readBytes(bytes);
        buffer.release();
        if (!body.append(Buffer.buffer(bytes))) {
          isOutOfMemory = true;
          throw new IOException("no memory for the part");
        }
      }
      if (isLast) {
        setCompleted();
      }
    }
  }
}
