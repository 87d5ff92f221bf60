package dev.leat.contract;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Where a database for functions is: the few forms of JDBC URLs that name nothing else but that.
 * Drivers load classes, run scripts and write files as a URL's parameters say, so that a parameter
 * is taken only if it is known to be harmless. A user and a password are never part of it.
 */
public sealed interface ConnectionUrl {
  /** The longest one that is read. */
  int CHARS_MAX = 500;

  /** The text that {@link #of} reads as the same. */
  String text();

  /** Whether the database is within the node's own process. */
  boolean isEmbedded();

  /**
   * A PostgreSQL server.
   *
   * @param parameters by name
   */
  record Postgres(String host, int port, String database, SortedMap<String, String> parameters)
      implements ConnectionUrl {
    private static final int PORT = 5432;
    private static final Pattern FORM =
        Pattern.compile(
            "jdbc:postgresql://" + HOST_AND_PORT + "/([A-Za-z0-9_-]{1,63})(?:\\?(.*))?");

    /** What may be said, and how. */
    private static final Map<String, Pattern> KNOWN =
        new TreeMap<>(
            Map.of(
                "sslmode", Pattern.compile("disable|allow|prefer|require|verify-ca|verify-full"),
                "currentSchema", Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,62}"),
                "ApplicationName", Pattern.compile("[A-Za-z0-9_.-]{1,63}")));

    public Postgres {
      parameters = Collections.unmodifiableSortedMap(new TreeMap<>(parameters));
    }

    @Override
    public String text() {
      String said =
          parameters.entrySet().stream()
              .map(each -> each.getKey() + "=" + each.getValue())
              .collect(Collectors.joining("&"));
      return "jdbc:postgresql://%s:%d/%s%s"
          .formatted(host, port, database, said.isEmpty() ? "" : "?" + said);
    }

    @Override
    public boolean isEmbedded() {
      return false;
    }

    private static Postgres read(Matcher url) {
      SortedMap<String, String> parameters = new TreeMap<>();
      for (String each : split(url.group(4), "&")) {
        int equals = each.indexOf('=');
        String name = equals < 0 ? each : each.substring(0, equals);
        Pattern form = KNOWN.get(name);
        if (form == null) {
          throw new IllegalArgumentException(
              "must have no parameters but %s, had '%s'%s"
                  .formatted(
                      String.join(", ", KNOWN.keySet()),
                      Excerpt.of(name),
                      name.equals("user") || name.equals("password")
                          ? "; the user and the password are given apart from it"
                          : ""));
        }
        String value = equals < 0 ? "" : each.substring(equals + 1);
        if (!form.matcher(value).matches() || parameters.put(name, value) != null) {
          throw new IllegalArgumentException(
              "must have one %s of the form %s, was '%s'"
                  .formatted(name, form.pattern(), Excerpt.of(value)));
        }
      }
      return new Postgres(
          url.group(1).toLowerCase(Locale.ROOT),
          ConnectionUrl.portOf(url.group(2), PORT),
          url.group(3),
          parameters);
    }
  }

  /** An H2 server. */
  record H2Server(boolean isEncrypted, String host, int port, String database)
      implements ConnectionUrl {
    private static final int PORT = 9092;
    private static final Pattern FORM =
        Pattern.compile(
            "jdbc:h2:(?<scheme>tcp|ssl)://"
                + HOST_AND_PORT
                + "/((?:mem:)?[A-Za-z0-9_~][A-Za-z0-9_./~-]{0,199})(?:;(?<settings>.*))?");

    @Override
    public String text() {
      return "jdbc:h2:%s://%s:%d/%s".formatted(isEncrypted ? "ssl" : "tcp", host, port, database);
    }

    @Override
    public boolean isEmbedded() {
      return false;
    }
  }

  /** H2 within the node, in a file of its data directory. */
  record H2File(String name) implements ConnectionUrl {
    @Override
    public String text() {
      return "jdbc:h2:file:" + name;
    }

    @Override
    public boolean isEmbedded() {
      return true;
    }
  }

  /** H2 within the node, in its memory. */
  record H2Memory(String name) implements ConnectionUrl {
    @Override
    public String text() {
      return "jdbc:h2:mem:" + name;
    }

    @Override
    public boolean isEmbedded() {
      return true;
    }
  }

  /** A host's name, an IPv4 address, or an IPv6 address in brackets; then perhaps a port. */
  String HOST_AND_PORT =
      "([A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\\[[0-9A-Fa-f:.]{2,45}\\])"
          + "(?::([0-9]{1,5}))?";

  /** What is set for each embedded database anyway, and may be said. */
  List<String> H2_SETTINGS =
      List.of("DB_CLOSE_DELAY=-1", "MODE=POSTGRESQL", "DATABASE_TO_LOWER=TRUE");

  Pattern H2_EMBEDDED =
      Pattern.compile("jdbc:h2:(mem|file):([A-Za-z0-9][A-Za-z0-9_-]{0,62})(?:;(.*))?");

  /**
   * The URL that somebody wrote.
   *
   * @throws IllegalArgumentException if it is none of these; the message follows "The URL"
   */
  static ConnectionUrl of(String text) {
    if (text.length() > CHARS_MAX) {
      throw new IllegalArgumentException(
          "must have at most %d characters, had %d".formatted(CHARS_MAX, text.length()));
    }
    Matcher postgres = Postgres.FORM.matcher(text);
    if (postgres.matches()) {
      return Postgres.read(postgres);
    }
    Matcher server = H2Server.FORM.matcher(text);
    if (server.matches() && !server.group(4).contains("..")) {
      requireKnown(server.group("settings"));
      return new H2Server(
          server.group("scheme").equals("ssl"),
          server.group(2).toLowerCase(Locale.ROOT),
          portOf(server.group(3), H2Server.PORT),
          server.group(4));
    }
    Matcher embedded = H2_EMBEDDED.matcher(text);
    if (embedded.matches()) {
      requireKnown(embedded.group(3));
      return embedded.group(1).equals("mem")
          ? new H2Memory(embedded.group(2))
          : new H2File(embedded.group(2));
    }
    throw new IllegalArgumentException(
        "must be jdbc:postgresql://HOST[:PORT]/DATABASE, jdbc:h2:tcp://HOST[:PORT]/DATABASE,"
            + " jdbc:h2:file:NAME or jdbc:h2:mem:NAME, a name of letters, digits, - and _");
  }

  private static void requireKnown(@Nullable String settings) {
    for (String each : split(settings, ";")) {
      if (!H2_SETTINGS.contains(each.toUpperCase(Locale.ROOT))) {
        throw new IllegalArgumentException(
            "must have no settings but %s, had '%s'"
                .formatted(String.join(", ", H2_SETTINGS), Excerpt.of(each)));
      }
    }
  }

  private static List<String> split(@Nullable String text, String separator) {
    return text == null || text.isEmpty()
        ? List.of()
        : new ArrayList<>(List.of(text.split(separator, -1)));
  }

  private static int portOf(@Nullable String digits, int standard) {
    int port = digits == null ? standard : Integer.parseInt(digits);
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("must have a port of 1-65535, had " + digits);
    }
    return port;
  }
}
