package dev.leat.contract;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A power of the host that a function version was granted, with its bounds. Each is a key of {@code
 * spec.capabilities} in a manifest.
 */
public sealed interface Grant {
  /** The words of all kinds. */
  Set<String> WORDS =
      Set.of("logging", "metrics", "config", "http", "keyValue", "database", "secrets");

  /** Guest log lines are kept. */
  record Logging() implements Grant {}

  /** Guest metrics are recorded. */
  record Metrics() implements Grant {}

  /** The manifest's {@code config} is handed to the guest. */
  record Config() implements Grant {}

  /**
   * Outbound HTTP.
   *
   * @param allow origins: {@code https://api.example.com}, {@code https://*.example.org:8443}
   * @param methods of {@link #METHODS}, at least one
   * @param perMinute requests, at least 1
   * @param timeout of one request, its redirects included
   */
  record Http(List<String> allow, Set<String> methods, int perMinute, Duration timeout)
      implements Grant {
    /** Those that there are; a function that names none has them all. */
    public static final Set<String> METHODS =
        Set.of("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE");

    /** Where none is named. */
    public static final Duration TIMEOUT = Duration.ofSeconds(10);

    /** No invocation lasts longer. */
    public static final Duration TIMEOUT_MAX = Limits.TIMEOUT_MAX;

    public Http {
      allow = List.copyOf(allow);
      methods = Set.copyOf(methods);
      if (methods.isEmpty() || !METHODS.containsAll(methods)) {
        throw new IllegalArgumentException(
            "http.methods must be some of " + METHODS + ", was " + methods);
      }
      if (perMinute < 1) {
        throw new IllegalArgumentException("http.perMinute must be at least 1, was " + perMinute);
      }
      if (!timeout.isPositive()) {
        throw new IllegalArgumentException("http.timeout must be positive, was " + timeout);
      }
    }

    /** With every method, and the usual timeout. */
    public Http(List<String> allow, int perMinute) {
      this(allow, METHODS, perMinute, TIMEOUT);
    }
  }

  /**
   * State kept between invocations.
   *
   * @param namespace whose keys the function shares with others of its tenant
   * @param ttlMax how long a value is kept at the most
   */
  record KeyValue(String namespace, Duration ttlMax) implements Grant {
    public KeyValue {
      if (!ttlMax.isPositive()) {
        throw new IllegalArgumentException("keyValue.ttlMax must be positive, was " + ttlMax);
      }
    }
  }

  /**
   * A database.
   *
   * @param connection the name that the operator gave it
   * @param allow what may be done: {@code read:orders}, {@code write:audit_*}
   * @param timeout of one statement, its wait for a connection included
   * @param rows of one answer at the most
   */
  record Database(String connection, List<String> allow, Duration timeout, int rows)
      implements Grant {
    /** Where none is named. */
    public static final Duration TIMEOUT = Duration.ofSeconds(5);

    /** Where no number is named. */
    public static final int ROWS = 1_000;

    /** With the narrowest rows an answer of so many has a megabyte. */
    public static final int ROWS_MAX = 100_000;

    public Database {
      allow = List.copyOf(allow);
      if (!timeout.isPositive()) {
        throw new IllegalArgumentException("database.timeout must be positive, was " + timeout);
      }
      if (rows < 1 || rows > ROWS_MAX) {
        throw new IllegalArgumentException(
            "database.rows must be 1-%d, was %d".formatted(ROWS_MAX, rows));
      }
    }

    /** With the usual bounds. */
    public Database(String connection, List<String> allow) {
      this(connection, allow, TIMEOUT, ROWS);
    }
  }

  /**
   * Secrets of the tenant.
   *
   * @param names those that the guest may read
   * @param fields those that the host puts into the guest's requests
   */
  record Secrets(List<String> names, List<SecretField> fields) implements Grant {
    /** Names and fields of one version, together. */
    public static final int COUNT_MAX = 32;

    public Secrets {
      names = List.copyOf(names);
      fields = List.copyOf(fields);
    }

    public Secrets(List<String> names) {
      this(names, List.of());
    }

    /** All secrets that it names. */
    public List<String> all() {
      return Stream.concat(names.stream(), fields.stream().map(SecretField::secret))
          .distinct()
          .toList();
    }
  }

  /** The word of a kind: its name in camel case. */
  static String word(Class<? extends Grant> kind) {
    String name = kind.getSimpleName();
    return Character.toLowerCase(name.charAt(0)) + name.substring(1);
  }

  /** The key of {@code spec.capabilities} that asks for it. */
  default String word() {
    return word(getClass());
  }
}
