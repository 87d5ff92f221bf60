package dev.leat.contract.permission;

import dev.leat.contract.Answer;
import dev.leat.contract.EditDistance;
import dev.leat.contract.Excerpt;
import dev.leat.contract.ProblemCode;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The kinds of request that a guest makes of the host. Each names what it is about: a resource. */
public enum PermissionType {
  /** A URL that is got: the methods that RFC 9110 (9.2.1) calls safe. */
  HTTP_READ("http", "https://api.example.com/**"),
  /** A URL that something is sent to: all other methods. */
  HTTP_WRITE("http", "https://api.example.com/orders/*"),
  /** {@code connection/table}, {@code connection/schema/table}. */
  DATABASE_READ("database", "main/orders"),
  DATABASE_WRITE("database", "main/audit_*"),
  /** {@code namespace/key}. */
  KEYVALUE_READ("keyValue", "default/**"),
  KEYVALUE_WRITE("keyValue", "default/sessions:*"),
  /** A level: {@code debug}, {@code info}, {@code warn}, {@code error}. */
  LOGGING("logging", "error"),
  /** A metric's name. */
  METRICS("metrics", "orders_*"),
  /** A key of the manifest's {@code config}. */
  CONFIG("config", "fields_*"),
  /** The name of a secret that is read. */
  SECRETS("secrets", "stripe-key"),
  /** The name of one that the host puts into requests. */
  SECRETS_HEADER("secrets", "stripe-key");

  private static final List<String> WORDS =
      Arrays.stream(values()).map(PermissionType::word).toList();

  private final String power;
  private final String example;

  PermissionType(String power, String example) {
    this.power = power;
    this.example = example;
  }

  /** The word in manifests of the power that it is of. */
  public String power() {
    return power;
  }

  /** A pattern of resources, for messages. */
  String example() {
    return example;
  }

  /** As users write it: {@code http:read}. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', ':');
  }

  /** What a request of this HTTP method is. */
  public static PermissionType ofMethod(String method) {
    return switch (method) {
      case "GET", "HEAD", "OPTIONS", "TRACE" -> HTTP_READ;
      default -> HTTP_WRITE;
    };
  }

  /** The type of this word, or nothing. */
  public static Optional<PermissionType> ofWord(String word) {
    return Arrays.stream(values()).filter(type -> type.word().equals(word)).findFirst();
  }

  /** The type of a word that somebody wrote. */
  public static Answer<PermissionType> read(String word) {
    return ofWord(word)
        .map(Answer::done)
        .orElseGet(() ->
            Answer.refused(
                ProblemCode.INVALID_REQUEST,
                "There is no permission '%s'; %s"
                    .formatted(
                        Excerpt.of(word),
                        EditDistance.nearest(word, WORDS)
                            .map(near -> "did you mean " + near + "?")
                            .orElse("there are " + String.join(", ", WORDS) + "."))));
  }

  boolean isHttp() {
    return this == HTTP_READ || this == HTTP_WRITE;
  }

  /** Whether its resources are names within something: {@code namespace/key}. */
  boolean isNested() {
    return power.equals("database") || power.equals("keyValue");
  }
}
