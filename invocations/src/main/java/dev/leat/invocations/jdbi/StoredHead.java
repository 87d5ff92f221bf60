package dev.leat.invocations.jdbi;

import dev.leat.contract.Headers;
import dev.leat.contract.HttpCall;
import dev.leat.contract.Origin;
import dev.leat.contract.TenantId;
import dev.leat.contract.Trigger;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * How a call and an answer are kept without their bodies. What was accepted by one release is run
 * by the next: the first byte says the form, and every form that was ever written can be read.
 */
final class StoredHead {
  private static final int FORM = 1;
  private static final byte[] NO_BODY = new byte[0];

  private StoredHead() {}

  /** A call, and where it came from. */
  record Call(HttpCall call, Origin origin) {}

  static byte[] of(HttpCall call, Origin origin) {
    return written(out -> {
      text(out, call.method());
      text(out, call.path());
      text(out, call.query());
      headers(out, call.headers());
      text(out, origin.caller());
      TenantId tenant = origin.tenant();
      text(out, tenant == null ? null : tenant.value());
      text(out, origin.trigger().name());
      text(out, origin.trace());
    });
  }

  static byte[] of(Headers headers) {
    return written(out -> headers(out, headers));
  }

  /**
   * @param attempt that the call is for
   */
  static Call call(byte[] head, int attempt) {
    return read(
        head,
        in -> {
          HttpCall call = new HttpCall(present(in), present(in), text(in), headers(in), NO_BODY);
          String caller = text(in);
          String tenant = text(in);
          return new Call(
              call,
              new Origin(
                  caller,
                  tenant == null ? null : new TenantId(tenant),
                  Trigger.valueOf(present(in)),
                  text(in),
                  attempt));
        });
  }

  static Headers headers(byte[] head) {
    return read(head, StoredHead::headers);
  }

  private static byte[] written(Writing writing) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(FORM);
      writing.write(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // not of memory
    }
    return bytes.toByteArray();
  }

  private static <T> T read(byte[] head, Reading<T> reading) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(head))) {
      int form = in.readByte();
      if (form != FORM) {
        throw new IllegalStateException("A head of an unknown form is kept: " + form);
      }
      return reading.read(in);
    } catch (IOException e) {
      throw new UncheckedIOException("A head that is kept cannot be read", e);
    }
  }

  private static void headers(DataOutputStream out, Headers headers) throws IOException {
    out.writeInt(headers.size());
    for (int i = 0; i < headers.size(); i++) {
      text(out, headers.name(i));
      text(out, headers.value(i));
    }
  }

  private static Headers headers(DataInputStream in) throws IOException {
    Headers.Builder headers = new Headers.Builder();
    for (int left = in.readInt(); left > 0; left--) {
      headers.add(present(in), present(in));
    }
    return headers.build();
  }

  private static void text(DataOutputStream out, @Nullable String text) throws IOException {
    byte[] bytes = text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes == null ? -1 : bytes.length);
    if (bytes != null) {
      out.write(bytes);
    }
  }

  private static @Nullable String text(DataInputStream in) throws IOException {
    int length = in.readInt();
    return length < 0 ? null : new String(in.readNBytes(length), StandardCharsets.UTF_8);
  }

  private static String present(DataInputStream in) throws IOException {
    String text = text(in);
    if (text == null) {
      throw new IOException("A text is missing");
    }
    return text;
  }

  private interface Writing {
    void write(DataOutputStream out) throws IOException;
  }

  private interface Reading<T> {
    T read(DataInputStream in) throws IOException;
  }
}
