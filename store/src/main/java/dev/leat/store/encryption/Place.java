package dev.leat.store.encryption;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Where something encrypted is kept, so that it can be read nowhere else.
 *
 * @param kind what it is, such as {@code secret}
 * @param names whose it is, and which
 */
public record Place(String kind, List<String> names) {
  public Place {
    names = List.copyOf(names);
  }

  public static Place of(String kind, String... names) {
    return new Place(kind, List.of(names));
  }

  /** As bytes, no two places the same: each text with its length before it. */
  byte[] bytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      write(out, kind);
      for (String name : names) {
        write(out, name);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory does not fail
    }
    return bytes.toByteArray();
  }

  private static void write(DataOutputStream out, String text) throws IOException {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(utf8.length);
    out.write(utf8);
  }

  /** For messages: {@code secret acme/stripe-key/3}. */
  @Override
  public String toString() {
    return kind + " " + String.join("/", names);
  }
}
