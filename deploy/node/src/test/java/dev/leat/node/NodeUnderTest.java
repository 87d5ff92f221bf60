package dev.leat.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.gen.OctetKeyPairGenerator;
import dev.leat.contract.ModuleDigest;
import dev.leat.registry.key.Signatures;
import dev.leat.registry.key.Statement;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A node that is tested over HTTP, in whatever process it runs, and a client of it. Whatever goes
 * over the control plane is checked against the OpenAPI document on its way.
 */
public abstract class NodeUnderTest implements AutoCloseable {
  public static final String BOUNDARY = "boundary-of-the-form";

  final OpenApiCheck openApi = new OpenApiCheck();
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final String url;
  private final String operatorToken;

  /**
   * @param url where it listens
   * @param operatorToken the file with the operator's token
   */
  protected NodeUnderTest(String url, Path operatorToken) {
    this.url = url;
    try {
      this.operatorToken = Files.readString(operatorToken).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public String operatorToken() {
    return operatorToken;
  }

  public int port() {
    return URI.create(url).getPort();
  }

  /** A request to fill in. */
  public Request request(String method, String path) {
    return new Request(method, path);
  }

  /** Makes a tenant with a registered publisher key. */
  public Workshop workshop(String name) {
    Answered created =
        request("POST", "/v1/tenants").operator().json("{\"name\":\"%s\"}".formatted(name)).send();
    assertThat(created.status()).as(created.toString()).isEqualTo(201);
    Workshop workshop = new Workshop(name, newKey());
    assertThat(workshop.register(workshop.key).status()).isEqualTo(201);
    return workshop;
  }

  /** Ends the client; the node is whoever's who started it. */
  @Override
  public void close() {
    http.close();
  }

  public static OctetKeyPair newKey() {
    try {
      return new OctetKeyPairGenerator(Curve.Ed25519).generate();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A request that is being put together. */
  public final class Request {
    private final String method;
    private final String path;
    private final Map<String, String> fields = new LinkedHashMap<>();
    private byte[] body = new byte[0];
    private boolean hasBody;

    private Request(String method, String path) {
      this.method = method;
      this.path = path;
    }

    public Request token(String token) {
      return field("Authorization", "Bearer " + token);
    }

    public Request operator() {
      return token(operatorToken);
    }

    public Request field(String name, String value) {
      fields.put(name, value);
      return this;
    }

    public Request body(byte[] bytes) {
      body = bytes;
      hasBody = true;
      return this;
    }

    public Request body(String text) {
      return body(text.getBytes(StandardCharsets.UTF_8));
    }

    public Request json(String text) {
      return field("Content-Type", "application/json").body(text);
    }

    public Request form(Map<String, byte[]> parts) {
      return field("Content-Type", "multipart/form-data; boundary=" + BOUNDARY)
          .body(multipart(parts));
    }

    public HttpRequest build() {
      HttpRequest.Builder builder =
          HttpRequest.newBuilder(URI.create(url + path))
              .timeout(Duration.ofSeconds(60))
              .method(method, hasBody ? BodyPublishers.ofByteArray(body) : BodyPublishers.noBody());
      fields.forEach(builder::header);
      return builder.build();
    }

    public Answered send() {
      try {
        HttpResponse<byte[]> response = http.send(build(), HttpResponse.BodyHandlers.ofByteArray());
        Answered answered =
            new Answered(response.statusCode(), response.headers(), response.body());
        if (!path.startsWith("/f/")) {
          openApi.check(method, path, fields.getOrDefault("Content-Type", ""), body, answered);
        }
        return answered;
      } catch (IOException e) {
        throw new UncheckedIOException(method + " " + path, e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }
  }

  /** The parts as a form with the boundary of {@link Request#form}. */
  public static byte[] multipart(Map<String, byte[]> parts) {
    ByteArrayOutputStream form = new ByteArrayOutputStream();
    parts.forEach((name, bytes) -> {
      form.writeBytes(
          ("--%s\r\nContent-Disposition: form-data; name=\"%s\"; filename=\"%s\"\r\n"
                  + "Content-Type: application/octet-stream\r\n\r\n")
              .formatted(BOUNDARY, name, name)
              .getBytes(StandardCharsets.US_ASCII));
      form.writeBytes(bytes);
      form.writeBytes("\r\n".getBytes(StandardCharsets.US_ASCII));
    });
    form.writeBytes("--%s--\r\n".formatted(BOUNDARY).getBytes(StandardCharsets.US_ASCII));
    return form.toByteArray();
  }

  /** A tenant, as its developer works with it. */
  public final class Workshop {
    public final String tenant;
    public final OctetKeyPair key;
    private final AtomicInteger published = new AtomicInteger();

    private Workshop(String tenant, OctetKeyPair key) {
      this.tenant = tenant;
      this.key = key;
    }

    public String path(String below) {
      return "/v1/tenants/" + tenant + below;
    }

    public Answered register(OctetKeyPair publisher) {
      return request("POST", "/keys")
          .operator()
          .json(publisher.toPublicJWK().toJSONString())
          .send();
    }

    public String token(String role) {
      return token(role, 3_600);
    }

    public String token(String role, int ttlSeconds) {
      Answered answered =
          request("POST", "/tokens")
              .operator()
              .json("{\"roles\":[\"%s\"],\"ttlSeconds\":%d}".formatted(role, ttlSeconds))
              .send();
      assertThat(answered.status()).as(answered.toString()).isEqualTo(201);
      return answered.json().path("token").asText();
    }

    public Statement statement(byte[] module) {
      return new Statement(
          "module",
          "1." + published.incrementAndGet(),
          ModuleDigest.of(module),
          module.length,
          Instant.now());
    }

    /** Publishes a module under a name and version of its own. */
    public Answered publish(byte[] module) {
      return publish(module, Signatures.sign(key, statement(module)));
    }

    public Answered publish(byte[] module, String signature) {
      Map<String, byte[]> parts = new LinkedHashMap<>();
      parts.put("module", module);
      parts.put("signature", signature.getBytes(StandardCharsets.US_ASCII));
      return request("POST", "/modules").operator().form(parts).send();
    }

    /**
     * Publishes and deploys.
     *
     * @param spec more lines of the manifest's spec, each indented by two
     */
    public Answered tryDeploy(String function, byte[] module, String spec) {
      Answered answered = publish(module);
      assertThat(answered.status()).as(answered.toString()).isEqualTo(201);
      return deploy(function, manifest(function, module, spec));
    }

    public Answered deploy(String function, String manifest) {
      return request("PUT", "/functions/" + function)
          .operator()
          .field("Content-Type", "application/yaml")
          .body(manifest)
          .send();
    }

    /** Likewise, and it must succeed. */
    public void deploy(String function, byte[] module, String spec) {
      Answered answered = tryDeploy(function, module, spec);
      assertThat(answered.status()).as(answered.toString()).isEqualTo(201);
    }

    /** A function that everyone may call. */
    public void deployPublic(String function, byte[] module) {
      deploy(function, module, "  route: {auth: public}\n");
    }

    public Answered setQuota(String json) {
      return request("PUT", "/quota").operator().json(json).send();
    }

    /** A request to the control plane, about this tenant. */
    public Request request(String method, String below) {
      return NodeUnderTest.this.request(method, path(below));
    }

    /** A request for a function. */
    public Request call(String method, String functionAndRest) {
      return NodeUnderTest.this.request(method, "/f/" + tenant + "/" + functionAndRest);
    }
  }

  public static String manifest(String function, byte[] module, String spec) {
    return """
    apiVersion: leat/v1
    kind: Function
    metadata: {name: %s}
    spec:
      module: %s
      contract: handler
    """
            .formatted(function, ModuleDigest.of(module))
        + spec;
  }
}
