package dev.leat.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.leat.contract.ModuleDigest;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Fills tenant {@code demo} with signed sample functions, by the calls that any user would make.
 * Preparing it again changes nothing but the invoker's token: the platform gives what it has
 * already.
 */
final class Demo {
  /** The samples that are deployed. */
  static final List<String> SAMPLES =
      List.of(
          "mask-pii", "token-transfers", "markdown", "word-count", "counter", "enrich", "ledger");

  /** The connection of the sample {@code ledger}: a database of the node's own, kept in a file. */
  private static final String CONNECTION = "main";

  private static final String CONNECTION_URL = "jdbc:h2:file:ledger";

  private static final List<String> ACCOUNTS =
      List.of(
          "CREATE TABLE IF NOT EXISTS accounts"
              + " (name VARCHAR(63) PRIMARY KEY, cents BIGINT NOT NULL CHECK (cents >= 0))",
          "CREATE TABLE IF NOT EXISTS transfers (from_account VARCHAR(63) NOT NULL,"
              + " to_account VARCHAR(63) NOT NULL, cents BIGINT NOT NULL)",
          "INSERT INTO accounts SELECT * FROM (VALUES ('ada', 1000), ('bob', 0))"
              + " WHERE NOT EXISTS (SELECT 1 FROM accounts)");

  private static final String TENANT = "demo";
  private static final Duration TOKEN_TTL = Duration.ofDays(30);
  private static final String BODY =
      "{\"name\":\"Ada\",\"email\":\"ada@example.org\",\"contact\":{\"phone\":\"+44 20 7946 0000\"}}";

  private final ApiClient api;
  private final URI server;
  private final Path data;
  private final InstantSource clock;
  private final DemoServer customers;
  private final Tables tables;
  private final Consumer<String> told;

  /** Has a connection of the demo's tenant run statements, as whoever runs a database does. */
  @FunctionalInterface
  interface Tables {
    /**
     * @throws RuntimeException if its database is away, or refuses
     */
    void run(String tenant, String connection, List<String> statements);
  }

  /**
   * A demo that is yet to be prepared.
   *
   * @param api as an operator
   * @param server where {@code api} leads
   * @param data where the publisher's key and the invoker's token are kept
   * @param customers what samples that send requests may ask, and nothing else
   * @param tables makes those of samples that use a database
   * @param told hears what the demo goes without
   */
  Demo(
      ApiClient api,
      URI server,
      Path data,
      InstantSource clock,
      DemoServer customers,
      Tables tables,
      Consumer<String> told) {
    this.api = api;
    this.server = server;
    this.data = data;
    this.clock = clock;
    this.customers = customers;
    this.tables = tables;
    this.told = told;
  }

  /** Deploys the samples and answers a command line that calls the first of them. */
  String prepare(List<Sample> samples) {
    if (api.find(ApiClient.path("v1", "tenants", TENANT)).isEmpty()) {
      api.post(ApiClient.path("v1", "tenants"), Json.object().put("name", TENANT));
    }
    letAskCustomers();
    boolean hasAccounts = samples.stream().anyMatch(Demo::usesDatabase) && letKeepAccounts();
    PublisherJwk key = publisherKey();
    Registry registry = new Registry(api, TENANT, Multipart.Progress.NONE);
    samples.stream()
        .filter(sample -> hasAccounts || !usesDatabase(sample))
        .forEach(sample -> deploy(registry, sample, key));
    return "curl -sS -H \"Authorization: Bearer $(cat '%s')\" -H 'Content-Type: application/json' --data '%s' %s/f/%s/%s"
        .formatted(
            writeInvokerToken(), BODY, server, TENANT, samples.getFirst().manifest().function());
  }

  /** Loopback is closed to functions; this tenant's may reach this port of it, and none other. */
  private void letAskCustomers() {
    String powers = ApiClient.path("v1", "tenants", TENANT, "powers");
    ObjectNode changed = api.get(powers).deepCopy();
    ArrayNode addresses = Json.object().putArray("privateAddresses");
    changed
        .path("privateAddresses")
        .forEach(address -> {
          if (!address.asText().startsWith(DemoServer.HOST + ":")) { // where it was before
            addresses.add(address);
          }
        });
    changed.set("privateAddresses", addresses.add(customers.address()));
    api.put(powers, changed);
  }

  private static boolean usesDatabase(Sample sample) {
    return !sample.manifest().document().at("/spec/capabilities/database").isMissingNode();
  }

  /** Makes the tables, in a database of the demo's own alone; gives whether they are there. */
  private boolean letKeepAccounts() {
    String connections = ApiClient.path("v1", "tenants", TENANT, "connections");
    Optional<JsonNode> known = api.find(connections + ApiClient.path(CONNECTION));
    if (known.isEmpty()) {
      api.post(
          connections,
          Json.object().put("name", CONNECTION).put("url", CONNECTION_URL).put("user", TENANT));
    } else if (!known.get().path("url").asText().equals(CONNECTION_URL)) {
      return without("is another database than the demo's");
    }
    try {
      tables.run(TENANT, CONNECTION, ACCOUNTS);
      return true;
    } catch (RuntimeException e) {
      return without("is to a database that is away, or that refuses its tables");
    }
  }

  private boolean without(String why) {
    told.accept(
        "Connection '%s' of tenant %s %s: the demo goes on without its samples that use one"
            .formatted(CONNECTION, TENANT, why));
    return false;
  }

  /** The demo's key, made and registered the first time. */
  private PublisherJwk publisherKey() {
    Path file = data.resolve("demo.jwk");
    if (!Files.exists(file)) {
      PublisherJwk.generate().writePrivate(file, false);
    }
    PublisherJwk key = PublisherJwk.read(file);
    api.post(ApiClient.path("v1", "tenants", TENANT, "keys"), key.publicJwk().put("name", "demo"));
    return key;
  }

  private void deploy(Registry registry, Sample sample, PublisherJwk key) {
    ModuleDigest digest =
        registry.publishIfAbsent(
            sample.module(), () -> sign(sample, ModuleDigest.of(sample.module()), key));
    ManifestFile manifest = sample.manifest().withModule(digest);
    // Another port is another origin, which whoever deploys has to accept: here that is the demo.
    registry.deploy(asking(manifest), true, true, null);
  }

  /** A function that sends requests, with the demo's server in the place of the sample's. */
  private ManifestFile asking(ManifestFile manifest) {
    if (manifest.document().at("/spec/capabilities/http").isMissingNode()) {
      return manifest;
    }
    ObjectNode document = manifest.document().deepCopy();
    document
        .withObject("/spec/capabilities/http")
        .putArray("allow")
        .add(customers.uri().toString());
    document.withObject("/spec/config").put("base_url", customers.uri().toString());
    return new ManifestFile(document);
  }

  /**
   * A version for each digest: a node that was updated brings other samples under the same names.
   */
  private SignedModule sign(Sample sample, ModuleDigest digest, PublisherJwk key) {
    return SignedModule.sign(
        sample.module(),
        sample.manifest().function(),
        "1.0.0+" + digest.hex().substring(0, 12),
        key,
        clock.instant());
  }

  private Path writeInvokerToken() {
    ObjectNode request = Json.object().put("subject", "demo");
    request.putArray("roles").add("invoker");
    request.put("ttlSeconds", TOKEN_TTL.toSeconds());
    JsonNode created = api.post(ApiClient.path("v1", "tenants", TENANT, "tokens"), request);
    Path file = data.resolve("demo.token");
    LocalFiles.writePrivate(
        file, (created.path("token").asText() + "\n").getBytes(StandardCharsets.US_ASCII));
    return file;
  }
}
