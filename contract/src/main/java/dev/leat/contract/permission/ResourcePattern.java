package dev.leat.contract.permission;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The resources of a permission. What it can be is in docs/FUNCTIONS.md ("Permissions"). */
sealed interface ResourcePattern {
  boolean matches(String resource);

  /** Whether it matches this target of an HTTP request. */
  boolean matches(HttpTarget target);

  /** Whether it matches all that the other does; may say no where it does. */
  boolean covers(ResourcePattern other);

  /** About how many bytes of memory it takes. */
  int bytes();

  /** All there are. */
  record Everything() implements ResourcePattern {
    @Override
    public boolean matches(String resource) {
      return true;
    }

    @Override
    public boolean matches(HttpTarget target) {
      return true;
    }

    @Override
    public boolean covers(ResourcePattern other) {
      return true;
    }

    @Override
    public int bytes() {
      return 16;
    }
  }

  /** Names and paths, character by character: case counts, and nothing is decoded. */
  record Named(Glob glob) implements ResourcePattern {
    @Override
    public boolean matches(String resource) {
      return resource.length() <= Permission.RESOURCE_CHARS_MAX && glob.matches(resource);
    }

    @Override
    public boolean matches(HttpTarget target) {
      return false;
    }

    @Override
    public boolean covers(ResourcePattern other) {
      return other instanceof Named(Glob named) && glob.covers(named);
    }

    @Override
    public int bytes() {
      return glob.bytes();
    }
  }

  /**
   * URLs.
   *
   * @param host a host; with {@code *.} before it, those one or more labels below it; {@code *} any
   * @param port 0 for any
   * @param path null for any, also one that is read differently by servers
   */
  record Url(String scheme, String host, int port, @Nullable Glob path) implements ResourcePattern {
    private static final String ANY = "*";
    private static final String BELOW = "*.";

    @Override
    public boolean matches(String resource) {
      return HttpTarget.of(resource).filter(this::matches).isPresent();
    }

    @Override
    public boolean matches(HttpTarget target) {
      return scheme.equals(target.scheme())
          && (port == 0 || port == target.port())
          && isHost(target.host())
          && (path == null || isPath(path, target));
    }

    private boolean isHost(String name) {
      if (host.startsWith(BELOW)) {
        // Below example.com: ends with ".example.com", and has a label before that.
        return name.length() > host.length() - 1 && name.endsWith(host.substring(1));
      }
      return host.equals(ANY) || host.equals(name);
    }

    private static boolean isPath(Glob path, HttpTarget target) {
      return target.path().length() <= Permission.RESOURCE_CHARS_MAX
          && target.isClear()
          && path.matches(target.path());
    }

    @Override
    public boolean covers(ResourcePattern other) {
      return other instanceof Url url
          && scheme.equals(url.scheme)
          && (port == 0 || port == url.port)
          && (host.equals(ANY) || host.equals(url.host) || isHost(withoutStar(url.host)))
          && (path == null || (url.path != null && path.covers(url.path)));
    }

    @Override
    public int bytes() {
      return 100 + host.length() + (path == null ? 0 : path.bytes());
    }

    /** Of hosts below one, that one stands for them: it is below another if they are. */
    private static String withoutStar(String host) {
      return host.startsWith(BELOW) ? host.substring(BELOW.length()) : host;
    }
  }

  /**
   * The pattern of a text.
   *
   * @throws IllegalArgumentException if there is none; says what must be
   */
  static ResourcePattern of(PermissionType type, String text) {
    require(
        !text.isEmpty() && text.length() <= Permission.PATTERN_CHARS_MAX,
        "must have 1-%d characters, had %d".formatted(Permission.PATTERN_CHARS_MAX, text.length()));
    if (text.equals("*") || text.equals("**")) {
      return new Everything();
    }
    return type.isHttp() ? url(type, text) : named(type, text);
  }

  private static ResourcePattern named(PermissionType type, String text) {
    require(
        text.codePoints()
            .noneMatch(c ->
                Character.isISOControl(c)
                    || Character.getType(c) == Character.SURROGATE
                    || Character.getType(c) == Character.UNASSIGNED),
        "must have no control characters, and none that Unicode does not have");
    require(
        !type.isNested() || text.indexOf('/') >= 0 || text.contains("**"),
        "must be %s, such as %s"
            .formatted(
                type.power().equals("database") ? "connection/table" : "namespace/key",
                type.example()));
    Glob glob = Glob.of(text);
    require(
        type != PermissionType.LOGGING || Permission.LEVELS.stream().anyMatch(glob::matches),
        "must be a level: " + String.join(", ", Permission.LEVELS) + ", or * for all");
    return new Named(glob);
  }

  private static ResourcePattern url(PermissionType type, String text) {
    int colon = text.indexOf("://");
    String scheme = colon < 0 ? "" : text.substring(0, colon).toLowerCase(Locale.ROOT);
    int standard = HttpTarget.standardPort(scheme);
    require(standard > 0, "must begin with https:// or http://, such as " + type.example());
    int slash = text.indexOf('/', colon + 3);
    String authority = slash < 0 ? text.substring(colon + 3) : text.substring(colon + 3, slash);
    int portAt = authority.indexOf(':', Math.max(0, authority.indexOf(']')));
    String host =
        (portAt < 0 ? authority : authority.substring(0, portAt)).toLowerCase(Locale.ROOT);
    String digits = portAt < 0 ? "" : authority.substring(portAt + 1);
    require(
        host.equals(Url.ANY)
            || HttpTarget.isHost(host.startsWith(Url.BELOW) ? host.substring(2) : host),
        "must have a host such as api.example.com, *.example.com for those below it, or *; names"
            + " beyond a-z in their xn-- form");
    int port = portAt < 0 ? standard : digits.equals(Url.ANY) ? 0 : HttpTarget.port(digits);
    require(port > 0 || digits.equals(Url.ANY), "must have a port of 1-65535, or * for any");
    return new Url(scheme, host, port, slash < 0 ? null : path(text.substring(slash)));
  }

  private static @Nullable Glob path(String text) {
    if (text.equals("/**")) {
      return null;
    }
    require(
        text.indexOf('?') < 0 && text.indexOf('#') < 0,
        "must end with its path: the query is not looked at");
    String spelled =
        text.chars().allMatch(c -> c > ' ' && c < 0x7F && "\"<>\\^`{|}".indexOf(c) < 0)
            ? HttpTarget.spelled(text).orElse(null)
            : null;
    if (spelled == null) {
      throw new IllegalArgumentException(
          "must have a path as URLs have it: other characters escaped, such as %20");
    }
    require(
        HttpTarget.isClear(spelled),
        "must have no empty or dotted segments and no escaped slashes: servers read them differently");
    return Glob.of(spelled);
  }

  private static void require(boolean isSo, String otherwise) {
    if (!isSo) {
      throw new IllegalArgumentException(otherwise);
    }
  }
}
