package dev.leat.invocations.async;

import dev.leat.contract.HttpCall;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What callers name a request by that they may send again; each caller's own, of each function. */
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

  /** What two requests have in common that are the same: method, path, query and body. */
  public static String digest(HttpCall call) {
    MessageDigest digest = sha256();
    addTarget(digest, call);
    digest.update(call.body());
    return HexFormat.of().formatHex(digest.digest());
  }

  /** The same, with the call's fields: in any order, but for those of one name. */
  static String digestWithFields(HttpCall call) {
    MessageDigest digest = sha256();
    addTarget(digest, call);
    List<Map.Entry<String, String>> fields = new ArrayList<>();
    call.headers()
        .forEach(it -> fields.add(Map.entry(it.getKey().toLowerCase(Locale.ROOT), it.getValue())));
    fields.sort(Map.Entry.comparingByKey());
    add(digest, String.valueOf(fields.size()));
    for (Map.Entry<String, String> field : fields) {
      add(digest, field.getKey());
      add(digest, field.getValue());
    }
    digest.update(call.body());
    return HexFormat.of().formatHex(digest.digest());
  }

  /** What stands for these texts, which have no character 0. */
  public static String digest(List<String> texts) {
    MessageDigest digest = sha256();
    texts.forEach(it -> add(digest, it));
    return HexFormat.of().formatHex(digest.digest());
  }

  private static void addTarget(MessageDigest digest, HttpCall call) {
    add(digest, call.method());
    add(digest, call.path());
    add(digest, String.valueOf(call.query()));
  }

  private static void add(MessageDigest digest, String part) {
    digest.update(part.getBytes(StandardCharsets.UTF_8));
    digest.update((byte) 0);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JDK has it
    }
  }
}
