package dev.leat.registry.function;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.leat.contract.Answer;
import dev.leat.contract.AsyncPolicy;
import dev.leat.contract.FunctionName;
import dev.leat.contract.Grant;
import dev.leat.contract.Grants;
import dev.leat.contract.GuestContract;
import dev.leat.contract.InstancePolicy;
import dev.leat.contract.InstancePolicy.Reuse;
import dev.leat.contract.Limits;
import dev.leat.contract.Names;
import dev.leat.contract.ProblemCode;
import dev.leat.contract.RequiredClaims;
import dev.leat.contract.SecretField;
import dev.leat.documents.ClosedObject;
import dev.leat.documents.DocumentKind;
import dev.leat.registry.module.ModuleRef;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Reads manifests, hostile ones too, and says everything that is wrong with one at once. {@code
 * docs/leat.schema.json} says the same as far as JSON Schema can.
 */
public final class ManifestReader {
  /** The longest manifest that is read. */
  public static final int MANIFEST_BYTES_MAX = 256 << 10;

  /** The longest {@code spec.config}, as JSON. */
  public static final int CONFIG_BYTES_MAX = 16 << 10;

  static final String API_VERSION = "leat/v1";
  static final String KIND = "Function";

  private static final DocumentKind DOCUMENT =
      new DocumentKind(
          "The manifest",
          "an object with the keys apiVersion, kind, metadata and spec",
          MANIFEST_BYTES_MAX,
          ProblemCode.INVALID_MANIFEST);

  /** What an {@code http} or {@code keyValue} capability has that leaves them out. */
  static final int REQUESTS_PER_MINUTE = 60;

  static final String NAMESPACE = "default";
  static final Duration TTL_MAX = Duration.ofHours(24);

  private static final String NAME_FORM =
      "1-63 characters of a-z, 0-9 and '-', starting with a letter";
  private static final Predicate<String> MODULE = form("[^\\p{Cntrl}]{1,500}");
  private static final Predicate<String> PATH =
      form("(?=.{1,%d}$)(/(?!\\.{1,2}(/|$))[A-Za-z0-9._~-]+)+".formatted(RouteSpec.PATH_CHARS_MAX));
  private static final Predicate<String> METHOD = form("[A-Z]{1,20}");
  private static final Predicate<String> ORIGIN =
      form(
          "https?://(\\*\\.)?[a-z0-9][a-z0-9-]{0,62}(\\.[a-z0-9][a-z0-9-]{0,62}){0,10}(:[1-9][0-9]{0,4})?");
  private static final Predicate<String> TABLE_GRANT =
      form(
          "(read|write):(([A-Za-z_][A-Za-z0-9_]{0,62}|\"[^\"./*]{1,63}\")\\.)?"
              + "([A-Za-z_][A-Za-z0-9_]{0,62}\\*?|\"[^\"./*]{1,63}\"|\\*)");
  private static final List<String> CONTRACTS_TO_COME = List.of("transform", "component");
  private static final int LIST_MAX = 100;
  private static final int METHODS_MAX = 20;
  private static final int REQUESTS_PER_MINUTE_MAX = 100_000;
  private static final Duration MILLISECOND = Duration.ofMillis(1);
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration DAY = Duration.ofHours(24);
  private static final Duration YEAR = Duration.ofDays(365);

  private ManifestReader() {}

  /**
   * Reads a manifest.
   *
   * @param yamlOrJson in UTF-8
   */
  public static Answer<Manifest> read(byte[] yamlOrJson) {
    return read(yamlOrJson, Limits.DEFAULT);
  }

  /**
   * Reads a manifest.
   *
   * @param yamlOrJson in UTF-8
   * @param standard the limits that it does not name
   */
  static Answer<Manifest> read(byte[] yamlOrJson, Limits standard) {
    return DOCUMENT.read(yamlOrJson, root -> manifest(root, standard));
  }

  /** The manifest; empty if something without which there is none is missing or wrong. */
  private static Optional<Manifest> manifest(ClosedObject root, Limits standard) {
    root.require("apiVersion", "kind", "metadata", "spec");
    root.word("apiVersion", List.of(API_VERSION));
    root.word("kind", List.of(KIND));
    Optional<FunctionName> name = root.optionalObject("metadata").flatMap(ManifestReader::name);
    Optional<ClosedObject> spec = root.optionalObject("spec");
    root.close();
    return spec.flatMap(object -> spec(name, object, standard));
  }

  private static Optional<FunctionName> name(ClosedObject metadata) {
    Optional<FunctionName> name =
        metadata
            .require("name")
            .text("name", FunctionName::isValid, NAME_FORM)
            .map(FunctionName::new);
    metadata.close();
    return name;
  }

  private static Optional<Manifest> spec(
      Optional<FunctionName> name, ClosedObject spec, Limits standard) {
    spec.require("module", "contract");
    Optional<ModuleRef> module =
        spec.text(
                "module",
                MODULE,
                "a file, sha256:<hex> or tenant/name@version, at most 500 characters")
            .flatMap(text -> module(text, spec));
    Optional<GuestContract> contract = contract(spec);
    RouteSpec route = route(name, spec.object("route"));
    Limits limits = limits(spec.object("limits"), standard);
    InstancePolicy instances = instances(spec.object("instances"));
    Grants grants = grants(spec.object("capabilities"));
    String config = config(spec);
    AsyncPolicy async = AsyncSection.read(spec.object(AsyncSection.KEY));
    spec.close();
    if (name.isEmpty() || module.isEmpty() || contract.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Manifest(
            name.get(),
            module.get(),
            contract.get(),
            route,
            limits,
            instances,
            grants,
            config,
            async));
  }

  private static Optional<ModuleRef> module(String text, ClosedObject spec) {
    Optional<ModuleRef> module = ModuleRef.parse(text);
    if (module.isEmpty()) {
      spec.refuse("module", "must have 64 lower-case hexadecimal digits after 'sha256:'");
    }
    return module;
  }

  private static Optional<GuestContract> contract(ClosedObject spec) {
    List<String> words =
        Stream.concat(
                Arrays.stream(GuestContract.values()).map(GuestContract::word),
                CONTRACTS_TO_COME.stream())
            .toList();
    Optional<String> word = spec.word("contract", words);
    if (word.filter(CONTRACTS_TO_COME::contains).isPresent()) {
      spec.refuse(
          "contract",
          "'%s' is not available yet; use handler, processor, step or wasi".formatted(word.get()));
    }
    return word.flatMap(GuestContract::ofWord);
  }

  private static RouteSpec route(Optional<FunctionName> name, ClosedObject route) {
    Optional<String> path =
        route.text(
            "path",
            PATH,
            "segments like /mask or /v1/mask of letters, digits and '._~-', at most %d characters"
                .formatted(RouteSpec.PATH_CHARS_MAX));
    List<String> methods =
        route.texts("methods", METHODS_MAX, METHOD, "an HTTP method in capitals, such as GET");
    String auth = route.word("auth", List.of("token", "public", RouteClaims.KEY)).orElse("token");
    RequiredClaims claims = RouteClaims.read(route, auth.equals(RouteClaims.KEY));
    route.close();
    return new RouteSpec(
        path.orElseGet(() -> "/" + name.map(FunctionName::value).orElse("")),
        new LinkedHashSet<>(methods),
        auth.equals("public"),
        claims);
  }

  private static Limits limits(ClosedObject limits, Limits standard) {
    Limits read =
        new Limits(
            limits.number("fuel", 1, Long.MAX_VALUE).orElse(standard.fuel()),
            limits
                .size("memory", Limits.PAGE_BYTES, Limits.MEMORY_BYTES_MAX)
                .orElse(standard.memoryBytes()),
            limits.duration("timeout", MILLISECOND, Limits.TIMEOUT_MAX).orElse(standard.timeout()),
            limits.size("request", 0, Limits.BODY_BYTES_MAX).orElse(standard.requestBytes()),
            limits.size("response", 0, Limits.BODY_BYTES_MAX).orElse(standard.responseBytes()));
    limits.later("growth", "stack").close();
    return read;
  }

  private static InstancePolicy instances(ClosedObject instances) {
    InstancePolicy standard = InstancePolicy.DEFAULT;
    long most = InstancePolicy.MAX_INSTANCES;
    int min = instances.number("min", 0, most).map(Long::intValue).orElse(standard.min());
    Optional<Integer> stated = instances.number("max", 1, most).map(Long::intValue);
    // A minimum above the usual maximum raises it, unless the manifest says how many.
    int max = stated.orElse(Math.max(min, standard.max()));
    Duration idle = instances.duration("idle", Duration.ZERO, DAY).orElse(standard.idle());
    Reuse reuse =
        instances
            .word("reuse", List.of("reset", "fresh", "shared"))
            .map(word -> Reuse.valueOf(word.toUpperCase(Locale.ROOT)))
            .orElse(standard.reuse());
    instances.close();
    if (min > max) {
      instances.refuse("min", "must be at most max, which is %d; was %d".formatted(max, min));
      return standard;
    }
    return new InstancePolicy(min, max, idle, reuse);
  }

  private static Grants grants(ClosedObject granted) {
    List<Grant> grants = new ArrayList<>();
    flag(granted, "logging", new Grant.Logging()).ifPresent(grants::add);
    flag(granted, "metrics", new Grant.Metrics()).ifPresent(grants::add);
    flag(granted, "config", new Grant.Config()).ifPresent(grants::add);
    granted.optionalObject("http").map(ManifestReader::http).ifPresent(grants::add);
    granted.optionalObject("keyValue").map(ManifestReader::keyValue).ifPresent(grants::add);
    granted.optionalObject("database").map(ManifestReader::database).ifPresent(grants::add);
    secrets(granted).ifPresent(grants::add);
    granted.close();
    return new Grants(grants);
  }

  private static Optional<Grant> secrets(ClosedObject granted) {
    List<SecretField> fields = new ArrayList<>();
    List<String> names =
        granted.textsAndObjects(
            "secrets",
            Grant.Secrets.COUNT_MAX,
            Names::isName,
            "a secret's name, "
                + NAME_FORM
                + ", or an object such as {name: api-key, header: Authorization, prefix: \"Bearer \","
                + " to: [https://api.example.com]}",
            field -> secretField(field, fields).ifPresent(fields::add));
    return names.isEmpty() && fields.isEmpty()
        ? Optional.empty()
        : Optional.of(new Grant.Secrets(names, fields));
  }

  /**
   * @param before those that are there already
   */
  private static Optional<SecretField> secretField(ClosedObject field, List<SecretField> before) {
    field.require("name", "header", "to");
    Optional<String> name = field.text("name", Names::isName, NAME_FORM);
    Optional<String> header =
        field.text(
            "header",
            SecretField::isHeader,
            "a header field such as Authorization, and none that says where a request goes or ends");
    String prefix =
        field
            .text("prefix", SecretField::isPrefix, "up to 100 printable ASCII characters")
            .orElse("");
    List<String> to =
        field.texts(
            "to", SecretField.ORIGINS_MAX, ORIGIN, "an origin such as https://api.example.com");
    field.close();
    if (field.isEmptyList("to")) {
      field.refuse("to", "must name an origin, such as https://api.example.com");
    }
    if (name.isEmpty() || header.isEmpty()) {
      return Optional.empty();
    }
    if (before.stream()
        .anyMatch(other ->
            other.header().equalsIgnoreCase(header.get())
                && !Collections.disjoint(other.to(), to))) {
      field.refuse("header", "is put into requests to the same origin already");
    }
    return Optional.of(new SecretField(name.get(), header.get(), prefix, to));
  }

  private static Optional<Grant> flag(ClosedObject granted, String key, Grant grant) {
    return granted.flag(key).filter(isAskedFor -> isAskedFor).map(asked -> grant);
  }

  private static Grant http(ClosedObject http) {
    http.require("allow");
    List<String> allow =
        http.texts(
            "allow",
            LIST_MAX,
            ORIGIN,
            "an origin such as https://api.example.com or https://*.example.org:8443");
    long perMinute =
        http.number("perMinute", 1, REQUESTS_PER_MINUTE_MAX).orElse((long) REQUESTS_PER_MINUTE);
    List<String> methods =
        http.texts(
            "methods",
            Grant.Http.METHODS.size(),
            Grant.Http.METHODS::contains,
            "one of " + String.join(", ", new TreeSet<>(Grant.Http.METHODS)));
    Duration timeout =
        http.duration("timeout", MILLISECOND, Grant.Http.TIMEOUT_MAX).orElse(Grant.Http.TIMEOUT);
    http.close();
    return new Grant.Http(
        allow,
        methods.isEmpty() ? Grant.Http.METHODS : Set.copyOf(methods),
        (int) perMinute,
        timeout);
  }

  private static Grant keyValue(ClosedObject keyValue) {
    String namespace =
        keyValue.text("namespace", FunctionName::isValid, NAME_FORM).orElse(NAMESPACE);
    Duration ttlMax = keyValue.duration("ttlMax", SECOND, YEAR).orElse(TTL_MAX);
    keyValue.close();
    return new Grant.KeyValue(namespace, ttlMax);
  }

  private static Grant database(ClosedObject database) {
    database.require("connection", "allow");
    String connection = database.text("connection", FunctionName::isValid, NAME_FORM).orElse("");
    List<String> allow =
        database.texts(
            "allow", LIST_MAX, TABLE_GRANT, "read: or write: and a table, such as read:audit_*");
    Duration timeout =
        database
            .duration("timeout", MILLISECOND, Limits.TIMEOUT_MAX)
            .orElse(Grant.Database.TIMEOUT);
    long rows =
        database.number("rows", 1, Grant.Database.ROWS_MAX).orElse((long) Grant.Database.ROWS);
    database.close();
    return new Grant.Database(connection, allow, timeout, (int) rows);
  }

  private static String config(ClosedObject spec) {
    String config = spec.node("config").map(ObjectNode::toString).orElse("{}");
    int bytes = config.getBytes(StandardCharsets.UTF_8).length;
    if (bytes > CONFIG_BYTES_MAX) {
      spec.refuse(
          "config", "must be at most %d bytes of JSON, has %d".formatted(CONFIG_BYTES_MAX, bytes));
    }
    return config;
  }

  private static Predicate<String> form(String regex) {
    return Pattern.compile(regex).asMatchPredicate();
  }
}
