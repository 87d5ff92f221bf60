package dev.leat.contract.permission;

import dev.leat.contract.Answer;
import dev.leat.contract.Excerpt;
import dev.leat.contract.Grant;
import dev.leat.contract.Grants;
import dev.leat.contract.ProblemCode;
import dev.leat.contract.SecretField;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** That requests of a kind are allowed which are about certain resources. */
public final class Permission {
  /** The longest pattern of resources: four words of states. */
  public static final int PATTERN_CHARS_MAX = 256;

  /**
   * The longest name, key or path that a pattern is held to; a longer one is matched only by what
   * matches all. So many characters take 100 patterns of the worst kind some milliseconds.
   */
  public static final int RESOURCE_CHARS_MAX = 2_048;

  /** What lines of a log are. */
  static final List<String> LEVELS = List.of("debug", "info", "warn", "error");

  /** What every resource matches. */
  public static final String EVERYTHING = "*";

  private final PermissionType type;
  private final String resource;
  private final ResourcePattern pattern;

  private Permission(PermissionType type, String resource, ResourcePattern pattern) {
    this.type = type;
    this.resource = resource;
    this.pattern = pattern;
  }

  /**
   * A permission.
   *
   * @throws IllegalArgumentException if the pattern is none; the message follows "The resource of
   *     http:read"
   */
  public static Permission of(PermissionType type, String resource) {
    return new Permission(type, resource, ResourcePattern.of(type, resource));
  }

  /**
   * The permission that somebody wrote.
   *
   * @param type a word, such as {@code http:read}
   */
  public static Answer<Permission> read(String type, String resource) {
    return PermissionType.read(type).then(known -> read(known, resource));
  }

  private static Answer<Permission> read(PermissionType type, String resource) {
    try {
      return Answer.done(of(type, resource));
    } catch (IllegalArgumentException e) {
      return Answer.refused(
          ProblemCode.INVALID_REQUEST,
          "The resource of %s %s; was '%s'."
              .formatted(type.word(), e.getMessage(), Excerpt.of(resource)));
    }
  }

  /** What the grants of a manifest allow, where nothing else bounds it. */
  public static List<Permission> of(Grants grants) {
    return grants.all().stream().flatMap(Permission::of).toList();
  }

  private static Stream<Permission> of(Grant grant) {
    return switch (grant) {
      case Grant.Logging logging -> known(PermissionType.LOGGING, EVERYTHING);
      case Grant.Metrics metrics -> known(PermissionType.METRICS, EVERYTHING);
      case Grant.Config config -> known(PermissionType.CONFIG, EVERYTHING);
      case Grant.Http http ->
          http.methods().stream()
              .map(PermissionType::ofMethod)
              .distinct()
              .sorted()
              .flatMap(type -> http.allow().stream().flatMap(origin -> known(type, origin)));
      case Grant.KeyValue keyValue ->
          Stream.of(PermissionType.KEYVALUE_READ, PermissionType.KEYVALUE_WRITE)
              .flatMap(type -> known(type, keyValue.namespace() + "/**"));
      case Grant.Secrets secrets ->
          Stream.concat(
              secrets.names().stream().flatMap(name -> known(PermissionType.SECRETS, name)),
              secrets.fields().stream()
                  .map(SecretField::secret)
                  .distinct()
                  .flatMap(name -> known(PermissionType.SECRETS_HEADER, name)));
      case Grant.Database database ->
          database.allow().stream().flatMap(allowed -> tables(database.connection(), allowed));
    };
  }

  /** {@code read:orders}, {@code write:audit_*}, {@code read:sales.orders}. */
  private static Stream<Permission> tables(String connection, String allowed) {
    int colon = allowed.indexOf(':');
    return colon < 0
        ? Stream.empty()
        : PermissionType.ofWord("database:" + allowed.substring(0, colon)).stream()
            .flatMap(type -> known(type, connection + "/" + table(allowed.substring(colon + 1))));
  }

  /** In small letters where it is not in quotes, a slash after its schema. */
  private static String table(String named) {
    return Arrays.stream(named.split("\\.", -1))
        .map(part -> part.startsWith("\"") ? part : part.toLowerCase(Locale.ROOT))
        .collect(Collectors.joining("/"));
  }

  /** None where a manifest that another release kept has what is no pattern here. */
  private static Stream<Permission> known(PermissionType type, String resource) {
    try {
      return Stream.of(of(type, resource));
    } catch (IllegalArgumentException e) {
      return Stream.empty();
    }
  }

  public PermissionType type() {
    return type;
  }

  /** The pattern of the resources. */
  public String resource() {
    return resource;
  }

  /** Whether it is about URLs, and this is one of them. */
  public boolean matches(HttpTarget target) {
    return pattern.matches(target);
  }

  ResourcePattern pattern() {
    return pattern;
  }

  /** Whether it allows all that the other does; may say no where it does. */
  public boolean covers(Permission other) {
    return type == other.type && pattern.covers(other.pattern);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Permission that && type == that.type && resource.equals(that.resource);
  }

  @Override
  public int hashCode() {
    return Objects.hash(type, resource);
  }

  /** As users write it: {@code http:read=https://api.example.com/**}. */
  @Override
  public String toString() {
    return resource.equals(EVERYTHING) ? type.word() : type.word() + "=" + resource;
  }
}
