package dev.leat.worker.capability.step;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.leat.engine.GuestInstance;
import dev.leat.engine.StackRoom;
import dev.leat.worker.capability.GuestBuffer;
import dev.leat.worker.capability.HostCode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** What a power answers a step. */
public final class StepReply {
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

  /** {@code {"status": 200, "headers": {...}, "body": "..."}}; bytes that are no text in base64. */
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
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (JsonGenerator json = StepRequest.JSON.createGenerator(out)) {
      json.writeStartObject();
      members.write(json);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory does not fail
    }
    return GuestBuffer.give(guest, out.toByteArray());
  }

  @FunctionalInterface
  private interface Members {
    void write(JsonGenerator json) throws IOException;
  }
}
