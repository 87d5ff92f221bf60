package dev.leat.contract.codec;

import dev.leat.contract.Headers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Writes the parts of a head one after the other: numbers with the highest byte first, texts in
 * UTF-8 after their length in bytes. {@link HeadReader} has the opposite of each method.
 */
final class HeadWriter {
  private byte[] head = new byte[512];
  private int length;

  /** Begins a head of this kind. */
  HeadWriter(HeadForm form) {
    number(HeadForm.MAGIC);
    octet(HeadForm.VERSION);
    octet(form.number());
  }

  HeadWriter octet(int value) {
    reserve(1);
    head[length++] = (byte) value;
    return this;
  }

  HeadWriter flag(boolean value) {
    return octet(value ? 1 : 0);
  }

  HeadWriter number(int value) {
    reserve(Integer.BYTES);
    for (int shift = 24; shift >= 0; shift -= 8) {
      head[length++] = (byte) (value >> shift);
    }
    return this;
  }

  HeadWriter longNumber(long value) {
    return number((int) (value >> 32)).number((int) value);
  }

  /** A count or an amount, which cannot be negative. */
  HeadWriter amount(long value) {
    return longNumber(Math.max(0, value));
  }

  HeadWriter duration(Duration value) {
    return amount(value.toNanos());
  }

  HeadWriter bytes(byte[] value) {
    reserve(value.length);
    System.arraycopy(value, 0, head, length, value.length);
    length += value.length;
    return this;
  }

  /** Half a surrogate pair, which UTF-8 cannot say, becomes a question mark. */
  HeadWriter text(String value) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    if (bytes.length > HeadLimits.TEXT_BYTES_MAX) {
      throw tooLarge("A text", bytes.length, HeadLimits.TEXT_BYTES_MAX);
    }
    return number(bytes.length).bytes(bytes);
  }

  HeadWriter textOrNull(@Nullable String value) {
    flag(value != null);
    return value == null ? this : text(value);
  }

  /** What went wrong, in words, of which the end may be left out. */
  HeadWriter error(String words) {
    return text(
        words.length() <= HeadLimits.ERROR_CHARS_MAX
            ? words
            : words.substring(0, HeadLimits.ERROR_CHARS_MAX));
  }

  HeadWriter headers(Headers headers) {
    if (headers.size() > HeadLimits.FIELDS_MAX) {
      throw tooLarge("The number of fields", headers.size(), HeadLimits.FIELDS_MAX);
    }
    number(headers.size());
    for (int i = 0; i < headers.size(); i++) {
      text(headers.name(i)).text(headers.value(i));
    }
    return this;
  }

  byte[] head() {
    return Arrays.copyOf(head, length);
  }

  private void reserve(int bytes) {
    int needed = length + bytes;
    if (needed > HeadLimits.HEAD_BYTES_MAX) {
      throw tooLarge("A head", needed, HeadLimits.HEAD_BYTES_MAX);
    }
    if (needed > head.length) {
      head = Arrays.copyOf(head, Math.max(needed, 2 * head.length));
    }
  }

  private static HeadRefused tooLarge(String what, int size, int max) {
    return new HeadRefused(
        HeadRefused.Reason.TOO_LARGE, what + " must be at most " + max + ", is " + size);
  }
}
