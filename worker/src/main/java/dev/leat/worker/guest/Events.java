package dev.leat.worker.guest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.leat.contract.Invocation;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.function.LongConsumer;

/**
 * The event that a processor is called with over HTTP: the body when it is one (a JSON object with
 * {@code id} and {@code data}), else an event around the body. The body is read as it streams by,
 * its bytes charged like the guest's own work; nothing of its size is kept.
 */
final class Events {
  /**
   * JSON nested more deeply counts as text. So does JSON with longer names or numbers; Jackson
   * keeps each while it reads it.
   */
  static final int DEPTH_MAX = 1_000;

  private static final int NAME_CHARACTERS_MAX = 50_000;
  private static final int NUMBER_CHARACTERS_MAX = 1_000;

  /** Reading a byte takes 1-10 ns, about what the guest does for so many units. */
  static final int FUEL_PER_BYTE = 32;

  private static final JsonFactory JSON =
      JsonFactory.builder()
          // Names are kept for later bodies otherwise, some thousands of whatever was sent.
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(DEPTH_MAX)
                  .maxNameLength(NAME_CHARACTERS_MAX)
                  .maxNumberLength(NUMBER_CHARACTERS_MAX)
                  .build())
          .build();

  private final InstantSource clock;

  Events(InstantSource clock) {
    this.clock = clock;
  }

  /**
   * The event of an invocation.
   *
   * @param charge takes the fuel for what is read, now and when the event is written; may throw
   */
  Event of(Invocation invocation, LongConsumer charge) {
    byte[] body = invocation.input().body();
    return switch (kind(body, charge)) {
      case EVENT -> new Event(out -> out.write(body));
      case JSON -> around(invocation, (generator, out) -> raw(generator, out, body));
      case TEXT ->
          around(invocation, (generator, out) -> generator.writeString(text(body, charge), -1));
    };
  }

  /** An event that is written, as often as need be and the same each time. */
  static final class Event {
    private final Writing writing;

    private Event(Writing writing) {
      this.writing = writing;
    }

    /** In bytes; writes it to nowhere to find out. */
    int length() {
      Counter counter = new Counter();
      writeTo(counter);
      return Math.toIntExact(counter.bytes); // a body of 64 MiB, six bytes each at the most
    }

    /**
     * @param out must not throw {@link IOException}
     */
    void writeTo(OutputStream out) {
      try {
        writing.write(out);
      } catch (IOException e) {
        throw new UncheckedIOException("Writing to memory", e);
      }
    }
  }

  @FunctionalInterface
  private interface Writing {
    void write(OutputStream out) throws IOException;
  }

  private enum Kind {
    EVENT,
    JSON,
    TEXT
  }

  private Event around(Invocation invocation, Data data) {
    long timestamp = clock.millis();
    return new Event(out -> {
      try (JsonGenerator generator = JSON.createGenerator(out)) {
        generator.writeStartObject();
        generator.writeStringField("id", invocation.id());
        generator.writeNumberField("timestamp", timestamp);
        generator.writeFieldName("data");
        data.write(generator, out);
        generator.writeObjectFieldStart("metadata");
        generator.writeEndObject();
        generator.writeEndObject();
      }
    });
  }

  /** As it came: numbers keep all their digits. */
  private static void raw(JsonGenerator generator, OutputStream out, byte[] json)
      throws IOException {
    generator.writeRawValue("");
    generator.flush();
    out.write(json);
  }

  /** What the body is. One that is not all UTF-8 is no JSON (RFC 8259, 8.1). */
  private static Kind kind(byte[] body, LongConsumer charge) {
    Reader strict =
        new InputStreamReader(
            new ChargedBytes(body, charge),
            StandardCharsets.UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPORT));
    try (JsonParser parser = JSON.createParser(strict)) {
      return kind(parser);
    } catch (IOException e) {
      return Kind.TEXT;
    }
  }

  private static Kind kind(JsonParser parser) throws IOException {
    JsonToken first = parser.nextToken();
    if (first == null) {
      return Kind.TEXT;
    }
    boolean hasId = false;
    boolean hasData = false;
    int depth = 0;
    JsonToken token = first;
    do {
      if (token.isStructStart()) {
        depth++;
      } else if (token.isStructEnd()) {
        depth--;
      } else if (depth == 1 && token == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        hasId |= name.equals("id");
        hasData |= name.equals("data");
      }
      token = parser.nextToken();
    } while (token != null && depth > 0);
    if (token != null) {
      return Kind.TEXT; // something follows
    }
    return hasId && hasData ? Kind.EVENT : Kind.JSON;
  }

  private static Reader text(byte[] body, LongConsumer charge) {
    return new InputStreamReader(new ChargedBytes(body, charge), StandardCharsets.UTF_8);
  }

  @FunctionalInterface
  private interface Data {
    void write(JsonGenerator generator, OutputStream out) throws IOException;
  }

  /** Bytes that cost fuel as they are read. */
  private static final class ChargedBytes extends InputStream {
    private final byte[] bytes;
    private final LongConsumer charge;
    private int at;

    ChargedBytes(byte[] bytes, LongConsumer charge) {
      this.bytes = bytes;
      this.charge = charge;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
      int count = Math.min(length, bytes.length - at);
      if (count <= 0) {
        return length == 0 ? 0 : -1;
      }
      charge.accept((long) count * FUEL_PER_BYTE);
      System.arraycopy(bytes, at, target, offset, count);
      at += count;
      return count;
    }

    @Override
    public int read() {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }
  }

  /** Counts what is written to it. */
  private static final class Counter extends OutputStream {
    private long bytes;

    @Override
    public void write(int b) {
      bytes++;
    }

    @Override
    public void write(byte[] written, int offset, int length) {
      bytes += length;
    }
  }
}
