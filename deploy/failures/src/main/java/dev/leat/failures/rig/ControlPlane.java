package dev.leat.failures.rig;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.gen.OctetKeyPairGenerator;
import dev.leat.contract.ModuleDigest;
import dev.leat.registry.key.Signatures;
import dev.leat.registry.key.Statement;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;

/** What an operator and a developer do to a node. */
public final class ControlPlane {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String BOUNDARY = "boundary-of-the-form";

  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private final String url;
  private final String token;
  private final OctetKeyPair key = newKey();
  private final AtomicInteger published = new AtomicInteger();

  /**
   * @param token an operator's
   */
  public ControlPlane(String url, String token) {
    this.url = url;
    this.token = token;
  }

  /** Makes a tenant with a publisher's key; answers a token that may call its functions. */
  public String tenant(String name) throws IOException {
    done("POST", "/v1/tenants", "application/json", "{\"name\":\"%s\"}".formatted(name));
    String tenant = "/v1/tenants/" + name;
    done("POST", tenant + "/keys", "application/json", key.toPublicJWK().toJSONString());
    return done(
            "POST",
            tenant + "/tokens",
            "application/json",
            "{\"roles\":[\"invoker\"],\"ttlSeconds\":864000}")
        .path("token")
        .asText();
  }

  /**
   * Signs, publishes and deploys a module.
   *
   * @param spec more lines of the manifest's spec, each indented by two
   */
  public void deploy(String tenant, String function, byte[] module, String spec)
      throws IOException {
    ModuleDigest digest = ModuleDigest.of(module);
    String version = "1." + published.incrementAndGet();
    String signature =
        Signatures.sign(
            key, new Statement(function, version, digest, module.length, Instant.now()));
    expect(201, publish("/v1/tenants/" + tenant + "/modules", module, signature));
    done(
        "PUT",
        "/v1/tenants/" + tenant + "/functions/" + function,
        "application/yaml",
        """
        apiVersion: leat/v1
        kind: Function
        metadata: {name: %s}
        spec:
          module: %s
        """
                .formatted(function, digest)
            + spec);
  }

  private HttpResponse<String> publish(String path, byte[] module, String signature)
      throws IOException {
    ByteArrayOutputStream form = new ByteArrayOutputStream();
    part(form, "module", module);
    part(form, "signature", signature.getBytes(StandardCharsets.US_ASCII));
    form.writeBytes(("--" + BOUNDARY + "--\r\n").getBytes(StandardCharsets.US_ASCII));
    return send("POST", path, "multipart/form-data; boundary=" + BOUNDARY, form.toByteArray());
  }

  private static void part(ByteArrayOutputStream form, String name, byte[] content) {
    form.writeBytes(
        ("--%s\r\nContent-Disposition: form-data; name=\"%s\"; filename=\"%s\"\r\n"
                + "Content-Type: application/octet-stream\r\n\r\n")
            .formatted(BOUNDARY, name, name)
            .getBytes(StandardCharsets.US_ASCII));
    form.writeBytes(content);
    form.writeBytes("\r\n".getBytes(StandardCharsets.US_ASCII));
  }

  /** What a GET answers, which must be 200. */
  public JsonNode get(String path) throws IOException {
    return JSON.readTree(text(path));
  }

  /** Likewise, as it is. */
  public String text(String path) throws IOException {
    return expect(200, send("GET", path, "", new byte[0])).body();
  }

  /** The status of a request to the control plane. */
  public int status(String method, String path, String type, String body) throws IOException {
    return send(method, path, type, body.getBytes(StandardCharsets.UTF_8)).statusCode();
  }

  private JsonNode done(String method, String path, String type, String body) throws IOException {
    HttpResponse<String> response = send(method, path, type, body.getBytes(StandardCharsets.UTF_8));
    return JSON.readTree(expect(201, response).body());
  }

  private static HttpResponse<String> expect(int status, HttpResponse<String> response)
      throws IOException {
    if (response.statusCode() != status) {
      throw new IOException(
          "%s %s: %d %s"
              .formatted(
                  response.request().method(),
                  response.uri(),
                  response.statusCode(),
                  response.body()));
    }
    return response;
  }

  private HttpResponse<String> send(String method, String path, String type, byte[] body)
      throws IOException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url + path))
            .timeout(Duration.ofSeconds(60))
            .header("Authorization", "Bearer " + token)
            .method(
                method,
                body.length > 0 ? BodyPublishers.ofByteArray(body) : BodyPublishers.noBody());
    if (!type.isEmpty()) {
      request.header("Content-Type", type);
    }
    try {
      return HTTP.send(request.build(), BodyHandlers.ofString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static OctetKeyPair newKey() {
    try {
      return new OctetKeyPairGenerator(Curve.Ed25519).generate();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }
}
