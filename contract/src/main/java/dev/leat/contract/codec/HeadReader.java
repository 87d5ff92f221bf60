package dev.leat.contract.codec;

import dev.leat.contract.Headers;
import dev.leat.contract.codec.HeadRefused.Reason;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Reads what {@link HeadWriter} wrote, or whatever else came. It believes no length before it has
 * seen that so much is there, and reads each value in the one form in which it is written.
 */
final class HeadReader {
  /** A field takes the lengths of its name and value at the least. */
  private static final int FIELD_BYTES_MIN = 2 * Integer.BYTES;

  private final ByteBuffer head;

  private HeadReader(byte[] head) {
    this.head = ByteBuffer.wrap(head);
  }

  /** Reads a head of this kind from its first byte to its last. */
  static <T> T read(byte[] head, HeadForm form, Parts<T> parts) {
    if (head.length > HeadLimits.HEAD_BYTES_MAX) {
      throw new HeadRefused(
          Reason.TOO_LARGE,
          "A head must have at most " + HeadLimits.HEAD_BYTES_MAX + " bytes, has " + head.length);
    }
    HeadReader reader = new HeadReader(head);
    reader.begin(form);
    T value = reader.checked(parts);
    if (reader.head.hasRemaining()) {
      throw new HeadRefused(Reason.TRAILING, reader.head.remaining() + " bytes follow the head");
    }
    return value;
  }

  /** Puts a head's value together. */
  interface Parts<T> {
    T read(HeadReader head);
  }

  private void begin(HeadForm form) {
    if (number() != HeadForm.MAGIC) {
      throw new HeadRefused(Reason.NO_HEAD, "These bytes are no head");
    }
    int version = octet();
    if (version != HeadForm.VERSION) {
      throw new HeadRefused(
          Reason.UNKNOWN_FORM,
          "This release reads heads of version %d, not %d".formatted(HeadForm.VERSION, version));
    }
    int kind = octet();
    if (kind != form.number()) {
      throw new HeadRefused(Reason.NO_HEAD, "This is no head of an " + form + ", but kind " + kind);
    }
  }

  /** What the words of the contract refuse is refused here. */
  private <T> T checked(Parts<T> parts) {
    try {
      return parts.read(this);
    } catch (IllegalArgumentException e) {
      throw new HeadRefused(Reason.INVALID, String.valueOf(e.getMessage()));
    }
  }

  int octet() {
    require(1);
    return head.get() & 0xff;
  }

  boolean flag() {
    int value = octet();
    if (value > 1) {
      throw unknown("flag", value);
    }
    return value == 1;
  }

  int number() {
    require(Integer.BYTES);
    return head.getInt();
  }

  long longNumber() {
    require(Long.BYTES);
    return head.getLong();
  }

  /** A count or an amount, which cannot be negative. */
  long amount() {
    long value = longNumber();
    if (value < 0) {
      throw new HeadRefused(Reason.INVALID, "An amount must not be negative, was " + value);
    }
    return value;
  }

  Duration duration() {
    return Duration.ofNanos(amount());
  }

  byte[] bytes(int length) {
    require(length);
    byte[] bytes = new byte[length];
    head.get(bytes);
    return bytes;
  }

  String text() {
    int length = length(HeadLimits.TEXT_BYTES_MAX, 1);
    ByteBuffer text = head.slice(head.position(), length);
    head.position(head.position() + length);
    if (isAscii(text)) {
      return new String(
          text.array(), text.arrayOffset(), length, StandardCharsets.ISO_8859_1); // quicker
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(text).toString();
    } catch (CharacterCodingException e) {
      throw new HeadRefused(Reason.INVALID, "A text is not UTF-8");
    }
  }

  private static boolean isAscii(ByteBuffer text) {
    for (int i = 0; i < text.limit(); i++) {
      if (text.get(i) < 0) {
        return false;
      }
    }
    return true;
  }

  @Nullable String textOrNull() {
    return flag() ? text() : null;
  }

  String error() {
    String words = text();
    if (words.length() > HeadLimits.ERROR_CHARS_MAX) {
      throw new HeadRefused(Reason.TOO_LARGE, "A failure's words have " + words.length());
    }
    return words;
  }

  Headers headers() {
    int count = length(HeadLimits.FIELDS_MAX, FIELD_BYTES_MIN);
    Headers.Builder headers = new Headers.Builder();
    for (int i = 0; i < count; i++) {
      headers.add(text(), text());
    }
    return headers.build();
  }

  /** How many of something follow that takes so many bytes each at the least. */
  private int length(int max, int bytesEach) {
    int length = number();
    if (length < 0 || length > max) {
      throw new HeadRefused(Reason.TOO_LARGE, "A length must be 0-" + max + ", was " + length);
    }
    require(length * bytesEach);
    return length;
  }

  private void require(int bytes) {
    if (head.remaining() < bytes) {
      throw new HeadRefused(
          Reason.TRUNCATED, "%d bytes are missing at the end".formatted(bytes - head.remaining()));
    }
  }

  static HeadRefused unknown(String what, int number) {
    return new HeadRefused(Reason.INVALID, "There is no " + what + " of number " + number);
  }
}
