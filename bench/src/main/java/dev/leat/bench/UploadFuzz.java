package dev.leat.bench;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.gen.OctetKeyPairGenerator;
import dev.leat.contract.ModuleDigest;
import dev.leat.node.Node;
import dev.leat.node.NodeConfig;
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
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What Jazzer sends to a node's upload path, over HTTP: {@code bench/run fuzz [SECONDS]}. The first
 * byte of an input says what the others are: a module, which is signed and sent in a form, or the
 * form itself. Any answer is right but one that says that the platform failed, or none.
 */
public final class UploadFuzz {
  private static final String BOUNDARY = "b";
  private static final int STARTS_MAX = 5;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Published, or refused for what was sent; 503 while the node compiles another. */
  private static final Set<Integer> RIGHT = Set.of(200, 201, 400, 409, 413, 415, 422, 503);

  private static @Nullable UploadFuzz target;

  private final HttpClient http = HttpClient.newHttpClient();
  private final Node node;
  private final String token;
  private final OctetKeyPair key;
  private long number;

  private UploadFuzz() throws IOException, InterruptedException, JOSEException {
    node = start(STARTS_MAX);
    token = Files.readString(node.operatorToken()).strip();
    key = new OctetKeyPairGenerator(Curve.Ed25519).generate();
    send("POST", "/v1/tenants", "application/json", bytes("{\"name\":\"acme\"}"));
    send(
        "POST",
        "/v1/tenants/acme/keys",
        "application/json",
        bytes(key.toPublicJWK().toJSONString()));
  }

  /** The first time all classes are instrumented, for which some give up waiting. */
  private static Node start(int attempts) throws IOException {
    try {
      return Node.start(
          NodeConfig.embedded(Files.createTempDirectory("leat-fuzz"), "127.0.0.1", 0));
    } catch (IOException | RuntimeException e) {
      if (attempts == 1) {
        throw e;
      }
      return start(attempts - 1);
    }
  }

  /** Called once by Jazzer. */
  public static void fuzzerInitialize() throws IOException, InterruptedException, JOSEException {
    target = new UploadFuzz();
  }

  /** Called by Jazzer with each input: a kind, and a module of at least a byte, or a form. */
  public static void fuzzerTestOneInput(byte[] input) throws IOException, InterruptedException {
    UploadFuzz ready = target;
    if (ready != null && input.length > 1) {
      byte[] rest = Arrays.copyOfRange(input, 1, input.length);
      ready.upload(input[0] % 2 == 0 ? ready.form(rest) : rest);
    }
  }

  private void upload(byte[] form) throws IOException, InterruptedException {
    HttpResponse<String> answer =
        send("POST", "/v1/tenants/acme/modules", "multipart/form-data; boundary=" + BOUNDARY, form);
    if (!RIGHT.contains(answer.statusCode())) {
      throw new AssertionError("The upload was answered " + answer.statusCode() + answer.body());
    }
    if (answer.statusCode() == 201) {
      String location = answer.headers().firstValue("location").orElseThrow();
      send("DELETE", location, "application/json", bytes(""));
    }
  }

  private byte[] form(byte[] module) {
    Statement statement =
        new Statement(
            "fuzz", "1." + number++, ModuleDigest.of(module), module.length, Instant.now());
    ByteArrayOutputStream form = new ByteArrayOutputStream();
    part(form, "module", module);
    part(form, "signature", bytes(Signatures.sign(key, statement)));
    form.writeBytes(bytes("--" + BOUNDARY + "--\r\n"));
    return form.toByteArray();
  }

  private static void part(ByteArrayOutputStream form, String name, byte[] content) {
    form.writeBytes(
        bytes(
            "--%s\r\nContent-Disposition: form-data; name=\"%s\"; filename=\"f\"\r\n\r\n"
                .formatted(BOUNDARY, name)));
    form.writeBytes(content);
    form.writeBytes(bytes("\r\n"));
  }

  private HttpResponse<String> send(String method, String path, String type, byte[] body)
      throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(URI.create(node.url() + path))
            .method(method, BodyPublishers.ofByteArray(body))
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", type)
            .timeout(PATIENCE)
            .build(),
        BodyHandlers.ofString());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
