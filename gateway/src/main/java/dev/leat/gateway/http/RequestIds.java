package dev.leat.gateway.http;

import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** The id under which a request is answered, logged and recorded. */
public final class RequestIds {
  private static final int LENGTH_MAX = 128;
  private static final int TIME_BYTES = 6;
  private static final int FRESH_BYTES = 16;
  private static final HexFormat HEX = HexFormat.of();

  private RequestIds() {}

  /** The client's own id when it is sane (1-128 of A-Z a-z 0-9 . _ -), else a new one. */
  public static String of(@Nullable String inbound) {
    return inbound != null && isSane(inbound) ? inbound : fresh();
  }

  /**
   * The milliseconds since 1970 in 48 bits, then 80 random bits: what is written together has
   * neighbouring keys in a database's index, as with UUIDs of version 7 (RFC 9562).
   */
  public static String fresh() {
    byte[] id = new byte[FRESH_BYTES];
    ThreadLocalRandom.current().nextBytes(id);
    long millis = System.currentTimeMillis();
    for (int i = TIME_BYTES - 1; i >= 0; i--) {
      id[i] = (byte) millis;
      millis >>>= Byte.SIZE;
    }
    return HEX.formatHex(id);
  }

  private static boolean isSane(String id) {
    if (id.isEmpty() || id.length() > LENGTH_MAX) {
      return false;
    }
    for (int i = 0; i < id.length(); i++) {
      char c = id.charAt(i);
      boolean isAllowed =
          (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || c == '.'
              || c == '_'
              || c == '-';
      if (!isAllowed) {
        return false;
      }
    }
    return true;
  }
}
