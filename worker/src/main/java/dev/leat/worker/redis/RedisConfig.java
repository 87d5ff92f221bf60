package dev.leat.worker.redis;

import dev.leat.contract.Setting;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The Redis that functions' values are in, where the configuration names one.
 *
 * @param url of the server, with the number of its database; empty where none is used
 * @param user empty for the one that Redis calls default
 * @param passwordFile empty for none; read for each connection, so that a change needs no restart
 * @param prefix of every key there, so that several installations share one
 */
public record RedisConfig(
    @Setting(
            key = "url",
            doc =
                "a Redis for the values of functions, such as `rediss://redis.example.org:6380/0`;"
                    + " `rediss` is TLS",
            standard = "they are in the database",
            form =
                "be redis:// or rediss:// with a host, and a port and a database's number or not",
            pattern =
                "|rediss?://([A-Za-z0-9.-]{1,253}|\\[[0-9A-Fa-f:.]{2,45}\\])(:[0-9]{1,5})?(/[0-9]{1,3})?")
        String url,
    @Setting(
            key = "user",
            doc = "of the Redis",
            standard = "Redis's own",
            form = "be a text of at most 255 characters",
            pattern = "(?s).{0,255}")
        String user,
    @Setting(
            key = "password-file",
            doc = "holds the user's password; read for each connection",
            standard = "no password",
            form = "name a file")
        String passwordFile,
    @Setting(
            key = "prefix",
            doc = "what all keys in the Redis begin with",
            form = "be of letters, digits, and -_.:/",
            pattern = "[A-Za-z0-9_.:/-]{0,100}")
        String prefix) {
  public static final RedisConfig NONE = new RedisConfig("", "", "", "leat:kv:");

  private static final Pattern URL =
      Pattern.compile(
          "(?<scheme>rediss?)://(\\[(?<ip>[^]]+)]|(?<name>[^:/]+))(:(?<port>\\d+))?(/(?<number>\\d+))?");
  private static final int DEFAULT_PORT = 6379;
  private static final int PORT_MAX = 65_535;

  public RedisConfig {
    if (!url.isEmpty() && port(url) > PORT_MAX) {
      throw new IllegalArgumentException(
          "redis.url names the port %d; the highest is %d".formatted(port(url), PORT_MAX));
    }
  }

  /** Whether there is one. */
  public boolean isSet() {
    return !url.isEmpty();
  }

  boolean isTls() {
    return part(url, "scheme").equals("rediss");
  }

  String host() {
    String name = part(url, "name");
    return name.isEmpty() ? part(url, "ip") : name;
  }

  int port() {
    return port(url);
  }

  private static int port(String url) {
    String port = part(url, "port");
    return port.isEmpty() ? DEFAULT_PORT : Integer.parseInt(port);
  }

  /** The number of the database there. */
  int database() {
    String number = part(url, "number");
    return number.isEmpty() ? 0 : Integer.parseInt(number);
  }

  private static String part(String url, String name) {
    Matcher matcher = URL.matcher(url);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("redis.url is no URL of a Redis");
    }
    String part = matcher.group(name);
    return part == null ? "" : part;
  }
}
