package dev.leat.gateway.control;

import dev.leat.contract.Answer;
import dev.leat.contract.ProblemCode;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.multipart.DefaultHttpDataFactory;
import io.netty.handler.codec.http.multipart.HttpData;
import io.netty.handler.codec.http.multipart.HttpPostRequestDecoder;
import io.netty.handler.codec.http.multipart.InterfaceHttpData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;

/** The parts of a multipart/form-data body that is in memory (RFC 7578). */
final class Multipart {
  private static final int FIELDS_MAX = 16;
  private static final int BUFFERED_MAX = 65_536;

  private Multipart() {}

  /** Each part's bytes by its name; refused when the body is malformed or names a part twice. */
  static Answer<Map<String, byte[]>> parts(String contentType, byte[] body) {
    FullHttpRequest request =
        new DefaultFullHttpRequest(
            HttpVersion.HTTP_1_1, HttpMethod.POST, "/", Unpooled.wrappedBuffer(body));
    request.headers().set(HttpHeaderNames.CONTENT_TYPE, contentType);
    HttpPostRequestDecoder decoder;
    try {
      decoder =
          new HttpPostRequestDecoder(
              new DefaultHttpDataFactory(false),
              request,
              java.nio.charset.StandardCharsets.UTF_8,
              FIELDS_MAX,
              BUFFERED_MAX);
    } catch (RuntimeException e) {
      // Not all that it stumbles over is declared: an empty boundary is an index out of bounds.
      return malformed();
    }
    try {
      Map<String, byte[]> parts = new HashMap<>();
      for (InterfaceHttpData part : decoder.getBodyHttpDatas()) {
        if (part instanceof HttpData data && parts.put(part.getName(), data.get()) != null) {
          return Answer.refused(
              ProblemCode.INVALID_REQUEST, "A part of the form is given more than once.");
        }
      }
      return Answer.done(parts);
    } catch (RuntimeException e) {
      return malformed();
    } catch (IOException e) {
      throw new UncheckedIOException("Reading from memory", e);
    } finally {
      decoder.destroy();
    }
  }

  private static Answer<Map<String, byte[]>> malformed() {
    return Answer.refused(
        ProblemCode.INVALID_REQUEST, "The body is not well-formed multipart/form-data.");
  }
}
