package dev.leat.invocations.async;

import dev.leat.contract.HttpCall;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;

/** What callers name a request by that they may send again; one of each function. */
public final class IdempotencyKey {
  public static final int CHARS_MAX = 255;

  /** How long a key is known. */
  public static final Duration KEPT = Duration.ofHours(24);

  private IdempotencyKey() {}

  /** Printable ASCII without spaces, 1 to {@value #CHARS_MAX} characters. */
  public static boolean isValid(String key) {
    return !key.isEmpty()
        && key.length() <= CHARS_MAX
        && key.chars().allMatch(c -> c > ' ' && c < 0x7F);
  }

  /** What two requests of one key must have in common: method, path, query and body. */
  public static String digest(HttpCall call) {
    MessageDigest digest = sha256();
    for (String part : new String[] {call.method(), call.path(), String.valueOf(call.query())}) {
      digest.update(part.getBytes(StandardCharsets.UTF_8));
      digest.update((byte) 0);
    }
    digest.update(call.body());
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JDK has it
    }
  }
}
