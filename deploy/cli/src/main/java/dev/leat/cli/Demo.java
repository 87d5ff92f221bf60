package dev.leat.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.leat.contract.ModuleDigest;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

/**
 * Fills tenant {@code demo} with signed sample functions, by the calls that any user would make.
 * Preparing it again changes nothing but the invoker's token: the platform gives what it has
 * already.
 */
final class Demo {
  /** The samples that are deployed. */
  static final List<String> SAMPLES =
      List.of("mask-pii", "token-transfers", "markdown", "word-count", "counter");

  private static final String TENANT = "demo";
  private static final Duration TOKEN_TTL = Duration.ofDays(30);
  private static final String BODY =
      "{\"name\":\"Ada\",\"email\":\"ada@example.org\",\"contact\":{\"phone\":\"+44 20 7946 0000\"}}";

  private final ApiClient api;
  private final URI server;
  private final Path data;
  private final InstantSource clock;

  /**
   * A demo that is yet to be prepared.
   *
   * @param api as an operator
   * @param server where {@code api} leads
   * @param data where the publisher's key and the invoker's token are kept
   */
  Demo(ApiClient api, URI server, Path data, InstantSource clock) {
    this.api = api;
    this.server = server;
    this.data = data;
    this.clock = clock;
  }

  /** Deploys the samples and answers a command line that calls the first of them. */
  String prepare(List<Sample> samples) {
    if (api.find(ApiClient.path("v1", "tenants", TENANT)).isEmpty()) {
      api.post(ApiClient.path("v1", "tenants"), Json.object().put("name", TENANT));
    }
    PublisherJwk key = publisherKey();
    Registry registry = new Registry(api, TENANT, Multipart.Progress.NONE);
    samples.forEach(sample -> deploy(registry, sample, key));
    return "curl -sS -H \"Authorization: Bearer $(cat '%s')\" -H 'Content-Type: application/json' --data '%s' %s/f/%s/%s"
        .formatted(
            writeInvokerToken(), BODY, server, TENANT, samples.getFirst().manifest().function());
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
    registry.deploy(sample.manifest().withModule(digest));
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
