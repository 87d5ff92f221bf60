package dev.leat.invocations.async;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * How a receiver knows that a callback is the platform's and of now: {@code t=SECONDS,v1=HEX}, an
 * HMAC-SHA256 over the time, the invocation's id, its state, its status and the body, with dots
 * between them.
 */
final class CallbackSignature {
  private static final String ALGORITHM = "HmacSHA256";

  private CallbackSignature() {}

  static String of(byte[] key, long seconds, String id, String state, int status, byte[] body) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(key, ALGORITHM));
      mac.update(
          "%d.%s.%s.%d.".formatted(seconds, id, state, status).getBytes(StandardCharsets.UTF_8));
      return "t=%d,v1=%s".formatted(seconds, HexFormat.of().formatHex(mac.doFinal(body)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e); // every JDK has it
    }
  }
}
