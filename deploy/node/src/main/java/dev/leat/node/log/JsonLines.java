package dev.leat.node.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.encoder.EncoderBase;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.leat.contract.Excerpt;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Writes each line of the log as a JSON object. All messages are a constant text with {@code
 * key={}} after it, so the keys become fields: see {@link LogFields}.
 */
final class JsonLines extends EncoderBase<ILoggingEvent> {
  private static final byte[] NOTHING = new byte[0];
  private static final JsonFactory JSON = new JsonFactory();

  /** Some thirty frames. */
  private static final int STACK_CHARS_MAX = 4_000;

  @Override
  public byte[] headerBytes() {
    return NOTHING;
  }

  @Override
  public byte[] encode(ILoggingEvent event) {
    ByteArrayOutputStream line = new ByteArrayOutputStream(512);
    try (JsonGenerator json = JSON.createGenerator(line)) {
      json.writeStartObject();
      json.writeStringField("time", event.getInstant().toString());
      json.writeStringField("level", event.getLevel().toString());
      json.writeStringField("log", LogFields.stream(event.getLoggerName()));
      json.writeStringField("logger", event.getLoggerName());
      LogFields fields = LogFields.of(event.getMessage(), event.getArgumentArray());
      json.writeStringField("message", fields.message());
      for (var field : fields.fields().entrySet()) {
        write(json, field.getKey(), field.getValue());
      }
      if (event.getThrowableProxy() != null) {
        write(json, event.getThrowableProxy());
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("Writing to memory", e);
    }
    line.write('\n');
    return line.toByteArray();
  }

  private static void write(JsonGenerator json, String name, Object value) throws IOException {
    switch (value) {
      case Integer number -> json.writeNumberField(name, number);
      case Long number -> json.writeNumberField(name, number);
      case Boolean truth -> json.writeBooleanField(name, truth);
      case Double number -> json.writeNumberField(name, number);
      default -> json.writeStringField(name, value.toString());
    }
  }

  private static void write(JsonGenerator json, IThrowableProxy failure) throws IOException {
    json.writeStringField("error", failure.getClassName() + ": " + failure.getMessage());
    json.writeStringField(
        "stack", Excerpt.of(ThrowableProxyUtil.asString(failure), STACK_CHARS_MAX));
  }

  @Override
  public byte[] footerBytes() {
    return NOTHING;
  }
}
