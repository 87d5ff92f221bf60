package dev.leat.worker.capability.step;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.leat.engine.GuestInstance;
import dev.leat.engine.StackRoom;
import dev.leat.worker.capability.GuestBuffer;
import dev.leat.worker.capability.HostCode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** What a power answers a step. */
public final class StepReply {
  /**
   * Of its JSON: twice the largest body, since each quote of it is escaped by one character more,
   * and headers. A control character takes six.
   */
  static final int BYTES_MAX = (2 << 20) + (128 << 10);

  private StepReply() {}

  /**
   * {@code {"error": {"code": "denied", "message": "..."}}}.
   *
   * @param code of {@link HostCode}
   * @return where it is, and how long, as host functions answer it
   */
  public static long error(GuestInstance guest, int code, String message) {
    return write(
        guest,
        json -> {
          json.writeObjectFieldStart("error");
          json.writeStringField("code", HostCode.word(code));
          json.writeStringField("message", message);
          json.writeEndObject();
        });
  }

  /**
   * {@code {"status": 200, "headers": {...}, "body": "..."}}; bytes that are no text in base64.
   * What is larger than {@link #BYTES_MAX} is answered with an error.
   */
  public static long response(
      GuestInstance guest, int status, Iterable<Map.Entry<String, String>> headers, byte[] body) {
    return write(
        guest,
        json -> {
          json.writeNumberField("status", status);
          json.writeObjectFieldStart("headers");
          for (Map.Entry<String, String> header : headers) {
            json.writeStringField(header.getKey(), header.getValue());
          }
          json.writeEndObject();
          try {
            json.writeStringField(
                "body",
                StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString());
          } catch (CharacterCodingException e) {
            json.writeBinaryField("bodyBase64", body);
          }
        });
  }

  private static long write(GuestInstance guest, Members members) {
    StackRoom.forALogLine();
    BoundedOutput out = new BoundedOutput();
    try (JsonGenerator json = StepRequest.JSON.createGenerator(out)) {
      json.writeStartObject();
      members.write(json);
      json.writeEndObject();
    } catch (IOException e) {
      if (out.isExceeded()) {
        return error(guest, HostCode.TOO_LARGE, "the answer is larger than it may be");
      }
      throw new UncheckedIOException(e); // memory does not fail
    }
    return GuestBuffer.give(guest, out.toByteArray());
  }

  /** Takes so much and no more: what is escaped is longer than what was received. */
  private static final class BoundedOutput extends OutputStream {
    private final ByteArrayOutputStream taken = new ByteArrayOutputStream();
    private boolean isExceeded;

    @Override
    public void write(int single) throws IOException {
      requireRoom(1);
      taken.write(single);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      requireRoom(length);
      taken.write(bytes, from, length);
    }

    private void requireRoom(int more) throws IOException {
      isExceeded |= taken.size() + more > BYTES_MAX;
      if (isExceeded) {
        throw new IOException("larger than it may be");
      }
    }

    boolean isExceeded() {
      return isExceeded;
    }

    byte[] toByteArray() {
      return taken.toByteArray();
    }
  }

  @FunctionalInterface
  private interface Members {
    void write(JsonGenerator json) throws IOException;
  }
}
