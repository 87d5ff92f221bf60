package dev.leat.contract.permission;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where a request goes, as it is decided upon: a URL in one spelling, without its query. Whoever
 * sends the request sends it there, so that what was decided is what is asked for.
 *
 * @param scheme {@code http} or {@code https}
 * @param host in small letters: a name, an IPv4 address in four decimal numbers, or an IPv6 address
 *     in brackets
 * @param port the scheme's own where the URL has none
 * @param path begins with '/'; characters that need no escape have none, escapes are in capitals
 * @param isClear whether all servers read the path as it stands
 */
public record HttpTarget(String scheme, String host, int port, String path, boolean isClear) {
  /** As long as servers take a request line. */
  public static final int URL_CHARS_MAX = 8_192;

  static final int PORT_MAX = 65_535;

  private static final int HOST_CHARS_MAX = 253;
  private static final Pattern NAME =
      Pattern.compile(
          "[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*+");
  private static final Pattern NUMBER_LAST = Pattern.compile("(.*\\.)?(0x[0-9a-f]*|[0-9]+)");
  private static final String BYTE = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
  private static final Pattern IPV4 = Pattern.compile(BYTE + "(\\." + BYTE + "){3}");
  private static final Pattern IPV6 = Pattern.compile("\\[[0-9a-f:.]{2,45}]");
  private static final Pattern PORT = Pattern.compile("[1-9][0-9]{0,4}");

  /** What no URL has (RFC 3986, appendix A), but for the percent sign that begins an escape. */
  private static final String NEVER = "\"<>\\^`{|}";

  /**
   * What servers read differently: empty and dotted segments, also before a ';', escaped slashes,
   * backslashes, semicolons and zeros. Such a path is matched only by what matches every path.
   */
  private static final Pattern UNCLEAR =
      Pattern.compile(
          "//|/\\.{1,2}(/|;|%3B|$)|%2F|%5C|%00|%25(2E|2F|5C|00)", Pattern.CASE_INSENSITIVE);

  /**
   * The target of a URL; empty if it is none that can be asked for: it is not of HTTP, has a user,
   * a host in an odd spelling, a character that a URL does not have, or is too long.
   */
  public static Optional<HttpTarget> of(String url) {
    if (url.length() > URL_CHARS_MAX || !isOfUrls(url)) {
      return Optional.empty();
    }
    int colon = url.indexOf("://");
    if (colon < 0) {
      return Optional.empty();
    }
    int begin = colon + 3;
    int end = begin;
    while (end < url.length() && "/?#".indexOf(url.charAt(end)) < 0) {
      end++;
    }
    Optional<Authority> authority =
        Authority.of(url.substring(0, colon), url.substring(begin, end));
    if (authority.isEmpty()) {
      return Optional.empty();
    }
    int after = end;
    while (after < url.length() && "?#".indexOf(url.charAt(after)) < 0) {
      after++;
    }
    Authority to = authority.get();
    return spelled(after == end ? "/" : url.substring(end, after))
        .map(path -> new HttpTarget(to.scheme, to.host, to.port, path, isClear(path)));
  }

  private static boolean isOfUrls(String url) {
    return url.chars().allMatch(c -> c > ' ' && c < 0x7F && NEVER.indexOf(c) < 0);
  }

  /** The path in one spelling; empty if an escape is none. */
  static Optional<String> spelled(String path) {
    if (path.indexOf('%') < 0) {
      return Optional.of(path);
    }
    StringBuilder spelled = new StringBuilder(path.length());
    for (int at = 0; at < path.length(); at++) {
      char character = path.charAt(at);
      if (character != '%') {
        spelled.append(character);
        continue;
      }
      int high = at + 2 < path.length() ? Character.digit(path.charAt(at + 1), 16) : -1;
      int low = at + 2 < path.length() ? Character.digit(path.charAt(at + 2), 16) : -1;
      if (high < 0 || low < 0) {
        return Optional.empty();
      }
      char escaped = (char) (high * 16 + low);
      if (isUnreserved(escaped)) {
        spelled.append(escaped);
      } else {
        spelled.append(path.substring(at, at + 3).toUpperCase(Locale.ROOT));
      }
      at += 2;
    }
    return Optional.of(spelled.toString());
  }

  private static boolean isUnreserved(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || "-._~".indexOf(c) >= 0;
  }

  static boolean isClear(String path) {
    return !UNCLEAR.matcher(path).find();
  }

  static boolean isHost(String host) {
    return host.length() <= HOST_CHARS_MAX
        && (host.startsWith("[")
            ? IPV6.matcher(host).matches()
            : NAME.matcher(host).matches()
                && (!NUMBER_LAST.matcher(host).matches() || IPV4.matcher(host).matches()));
  }

  /** The port that is meant without one; 0 for another scheme than HTTP's. */
  static int standardPort(String scheme) {
    return switch (scheme) {
      case "http" -> 80;
      case "https" -> 443;
      default -> 0;
    };
  }

  /** The port of these digits; 0 if it is none. */
  static int port(String digits) {
    int port = PORT.matcher(digits).matches() ? Integer.parseInt(digits) : 0;
    return port <= PORT_MAX ? port : 0;
  }

  @Override
  public String toString() {
    String authority = port == standardPort(scheme) ? host : host + ":" + port;
    return scheme + "://" + authority + path;
  }

  private record Authority(String scheme, String host, int port) {
    static Optional<Authority> of(String schemeAsWritten, String authority) {
      String scheme = schemeAsWritten.toLowerCase(Locale.ROOT);
      int standard = standardPort(scheme);
      int portAt = authority.indexOf(':', Math.max(0, authority.indexOf(']')));
      String host =
          (portAt < 0 ? authority : authority.substring(0, portAt)).toLowerCase(Locale.ROOT);
      int port = portAt < 0 ? standard : HttpTarget.port(authority.substring(portAt + 1));
      return standard == 0 || port == 0 || !isHost(host)
          ? Optional.empty()
          : Optional.of(new Authority(scheme, host, port));
    }
  }
}
