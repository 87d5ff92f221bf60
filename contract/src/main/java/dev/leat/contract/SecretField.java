package dev.leat.contract;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A header field that the host puts into a function's HTTP requests, with a secret that the
 * function itself is not told.
 *
 * @param secret its name
 * @param header the field's name
 * @param prefix what stands before the secret, such as {@code "Bearer "}
 * @param to the origins that it is sent to, at least one: {@code https://api.example.com}
 */
public record SecretField(String secret, String header, String prefix, List<String> to) {
  /** Origins of one field. */
  public static final int ORIGINS_MAX = 20;

  /** Tokens (RFC 9110, 5.6.2). */
  private static final Pattern NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}");

  private static final Pattern PREFIX = Pattern.compile("[\\x20-\\x7e]{0,100}");

  /** What says where a request goes or ends, or what becomes of the connection. */
  private static final Set<String> OF_THE_HOST =
      Set.of(
          "host",
          "connection",
          "content-length",
          "transfer-encoding",
          "te",
          "trailer",
          "upgrade",
          "keep-alive",
          "expect",
          "http2-settings",
          "traceparent",
          "tracestate");

  public SecretField {
    to = List.copyOf(to);
    if (!isHeader(header) || !isPrefix(prefix)) {
      throw new IllegalArgumentException("No secret is put into the field " + Excerpt.of(header));
    }
  }

  /** Whether a secret may be put into the field of this name. */
  public static boolean isHeader(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return NAME.matcher(name).matches()
        && !OF_THE_HOST.contains(lower)
        && !lower.startsWith("proxy-");
  }

  public static boolean isPrefix(String text) {
    return PREFIX.matcher(text).matches();
  }
}
