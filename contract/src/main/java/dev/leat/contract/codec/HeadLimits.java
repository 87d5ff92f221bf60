package dev.leat.contract.codec;

import dev.leat.contract.Limits;

/** What a head may be at the most; more is refused by whoever writes or reads it. */
public final class HeadLimits {
  /** The smallest field, {@code a:} and the end of its line, takes 4 of a request's 32 KiB. */
  public static final int FIELDS_MAX = 8_192;

  /** One field may have all those 32 KiB, each a character of Latin-1 that takes 2 in UTF-8. */
  public static final int TEXT_BYTES_MAX = 64 << 10;

  /**
   * The fields' characters take 64 KiB at the most, the lengths of 8,192 names and values as much
   * again, the request line of 8 KiB another 16 KiB; all the rest together is less than a text.
   */
  public static final int HEAD_BYTES_MAX = 256 << 10;

  /** What a worker says of a failure is cut here, so that no guest's words keep an ending back. */
  static final int ERROR_CHARS_MAX = 16_384;

  /** The length of a body that is not known when the head is written. */
  public static final long BODY_UNKNOWN = -1;

  private HeadLimits() {}

  static long checkedBody(long bytes) {
    if (bytes < BODY_UNKNOWN || bytes > Limits.BODY_BYTES_MAX) {
      throw new IllegalArgumentException(
          "A body must have 0-" + Limits.BODY_BYTES_MAX + " bytes, or be unknown; had " + bytes);
    }
    return bytes;
  }

  /** The body, which is as long as its head said. */
  static byte[] checkedBody(byte[] body, long said) {
    if (said != BODY_UNKNOWN && said != body.length) {
      throw new IllegalArgumentException(
          "A body must have " + said + " bytes as its head said, had " + body.length);
    }
    return body;
  }
}
