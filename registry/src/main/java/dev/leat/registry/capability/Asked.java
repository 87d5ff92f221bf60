package dev.leat.registry.capability;

import dev.leat.contract.permission.HttpTarget;
import dev.leat.contract.permission.PermissionType;

/**
 * Something that a function asked of the host, as it is kept: without what changes from call to
 * call.
 *
 * @param resource a name, a pattern such as {@code default/cart:*}, or for HTTP an origin such as
 *     {@code https://api.example.com}
 */
public record Asked(PermissionType type, String resource) implements Comparable<Asked> {
  /** What stands for all there are. */
  static final String ALL = "**";

  /** Between the parts of names. */
  private static final String SEPARATORS = ":/._-";

  /** How much a resource stands for. */
  enum Breadth {
    ONE,
    /** Those that share a beginning, or a domain. */
    ALIKE,
    /** Those of one namespace or connection. */
    WITHIN,
    ALL
  }

  /**
   * What a guest asked for.
   *
   * @param resource as it is told in audit records: short, of a URL neither user nor query
   */
  static Asked of(PermissionType type, String resource) {
    return switch (type) {
      case HTTP_READ, HTTP_WRITE ->
          new Asked(type, HttpTarget.of(resource).map(Asked::origin).orElse(ALL));
      // A name that looks like a pattern is none that is worth telling apart.
      default -> new Asked(type, resource.indexOf('*') >= 0 ? ALL : resource);
    };
  }

  private static String origin(HttpTarget target) {
    boolean isStandard = target.port() == (target.scheme().equals("https") ? 443 : 80);
    return target.scheme() + "://" + target.host() + (isStandard ? "" : ":" + target.port());
  }

  Breadth breadth() {
    if (resource.equals(ALL)) {
      return Breadth.ALL;
    }
    return resource.endsWith("/" + ALL)
        ? Breadth.WITHIN
        : resource.indexOf('*') >= 0 ? Breadth.ALIKE : Breadth.ONE;
  }

  /** What stands for it and for others. */
  Asked broader() {
    return new Asked(
        type,
        switch (breadth()) {
          case ONE -> type.power().equals("http") ? hostsBelow(resource) : alike(resource);
          case ALIKE -> within(resource);
          case WITHIN, ALL -> ALL;
        });
  }

  private static String within(String pattern) {
    int slash = pattern.indexOf('/');
    return slash > 0 && pattern.indexOf("://") < 0 ? pattern.substring(0, slash + 1) + ALL : ALL;
  }

  /** {@code https://a.example.com} becomes {@code https://*.example.com}. */
  private static String hostsBelow(String origin) {
    int host = origin.indexOf("://") + 3;
    int dot = origin.indexOf('.', host);
    boolean isName = host > 2 && dot > 0 && origin.indexOf('.', dot + 1) > 0;
    boolean isAddress = isName && Character.isDigit(origin.charAt(origin.lastIndexOf('.') + 1));
    return isName && !isAddress ? origin.substring(0, host) + "*" + origin.substring(dot) : ALL;
  }

  /** What is shared by names that count something up. */
  private static String alike(String name) {
    for (int at = name.length() - 2; at > 0; at--) {
      if (SEPARATORS.indexOf(name.charAt(at)) >= 0) {
        return name.substring(0, at + 1) + "*";
      }
    }
    return ALL;
  }

  @Override
  public int compareTo(Asked other) {
    int byType = type.compareTo(other.type);
    return byType == 0 ? resource.compareTo(other.resource) : byType;
  }
}
