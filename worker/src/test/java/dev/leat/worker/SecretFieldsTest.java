package dev.leat.worker;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.Grant;
import dev.leat.contract.Outcome;
import dev.leat.contract.PowerFunction;
import dev.leat.contract.SecretField;
import dev.leat.contract.TenantId;
import dev.leat.worker.capability.HostWork;
import dev.leat.worker.capability.http.OutboundConfig;
import dev.leat.worker.capability.secret.SecretFields;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Secrets that the host puts into requests, which their functions are not told. */
@Timeout(60)
final class SecretFieldsTest {
  private static final TenantId ACME = new TenantId("acme");
  private static final String HOST = "api.example.com";
  private static final String OTHER = "other.example.com";
  private static final String VALUE = "sk_live_4eC39HqLyjWDarjtT1zdp7dc";
  private static final int DENIED = -2;
  private static final int FAILED = -6;

  private final TestServer server = new TestServer();
  private final TestServer elsewhere = new TestServer();
  private final TestSecrets secrets = new TestSecrets();
  private final TestHttp http =
      new TestHttp(
          new OutboundConfig(
              8,
              16 << 20,
              100,
              List.of("127.0.0.1:" + server.port(), "127.0.0.1:" + elsewhere.port()),
              ""));
  private final TestWorker worker =
      new TestWorker(
          http.power(
              new SecretFields(
                  secrets.held, new HostWork(Executors.newVirtualThreadPerTaskExecutor(), 2))),
          List.of());

  SecretFieldsTest() throws IOException {
    http.name(HOST, "127.0.0.1").name(OTHER, "127.0.0.1");
    secrets.set(ACME, "api-token", VALUE);
  }

  @AfterEach
  void close() throws IOException {
    worker.close();
    http.close();
    server.close();
    elsewhere.close();
  }

  /** May send to both servers; the secret goes to one. */
  private TestFunction function(HostScript script) {
    return TestFunction.handler(script.module())
        .response(HostScript.SENT_BYTES)
        .grants(
            new Grant.Http(
                List.of(server.origin(HOST), elsewhere.origin(OTHER), server.origin(OTHER)), 60),
            new Grant.Secrets(
                List.of(),
                List.of(
                    new SecretField(
                        "api-token", "Authorization", "Bearer ", List.of(server.origin(HOST))))));
  }

  private Outcome run(HostScript script) {
    return worker.invoke(function(script), "");
  }

  @Test
  void request_toTheOriginNamed_hasTheSecret_inPlaceOfTheGuestsOwn() {
    server.says("/", "x");
    HttpScript script = new HttpScript();
    int handle = script.open("GET", server.origin(HOST) + "/");
    script.call("http_header", HostScript.result(handle), "authorization", "Bearer guessed");
    script.call("http_send", HostScript.result(handle), "");

    Outcome outcome = run(script);

    HostScript.Answers.of(outcome).follows(0, 0, 200);
    assertThat(server.requests)
        .singleElement()
        .asString()
        .contains("Authorization: Bearer " + VALUE + "\r\n")
        .doesNotContain("guessed");
    assertThat(new String(((Outcome.Responded) outcome).body(), ISO_8859_1))
        .doesNotContain("sk_live");
    assertThat(outcome.toString()).doesNotContain("sk_live");
  }

  @Test
  void request_toAnotherServerNameOrPort_hasNone() {
    server.says("/", "x");
    elsewhere.says("/", "x");
    HttpScript script = new HttpScript();
    script.get(server.origin(OTHER) + "/");
    script.get(elsewhere.origin(OTHER) + "/");

    run(script);

    assertThat(server.requests).singleElement().asString().doesNotContain("sk_live");
    assertThat(elsewhere.requests).singleElement().asString().doesNotContain("sk_live");
  }

  @Test
  void redirectToAnotherServer_doesNotTakeItAlong() {
    server.says(
        "/away", "307 Temporary Redirect", "Location: " + elsewhere.origin(OTHER) + "/\r\n", "");
    elsewhere.says("/", "x");
    HttpScript script = new HttpScript();
    script.get(server.origin(HOST) + "/away");

    run(script);

    assertThat(server.requests).singleElement().asString().contains("Bearer " + VALUE);
    assertThat(elsewhere.requests)
        .singleElement()
        .asString()
        .doesNotContain("sk_live")
        .doesNotContainIgnoringCase("authorization");
  }

  @Test
  void theGuest_isNotToldIt() {
    worker.secrets.set(ACME, "api-token", VALUE);
    HostScript script = new HostScript(List.of(PowerFunction.SECRET_GET));
    script.call("secret_get", "api-token", HostScript.BUFFER, 100);

    HostScript.Answers.of(run(script)).hasCodes(DENIED);

    assertThat(worker.denied).containsExactly("acme/f secrets api-token");
  }

  @Test
  void rotated_isSentFromTheNextRequestOn() {
    server.says("/", "x");
    HttpScript script = new HttpScript();
    script.get(server.origin(HOST) + "/");
    TestFunction function = function(script);
    worker.invoke(function, "");

    secrets.set(ACME, "api-token", "sk_next\n");
    worker.invoke(function, "");

    assertThat(server.requests.getLast()).contains("Authorization: Bearer sk_next\r\n");
  }

  @Test
  void notSet_orDeniedByPermissions_isNotSentAtAll() {
    server.says("/", "x");
    HttpScript script = new HttpScript();
    script.get(server.origin(HOST) + "/");
    TestFunction function = function(script);
    worker.permissions.set(function, "http:read", "secrets:header=other");
    HostScript.Answers.of(worker.invoke(function, "")).follows(0, DENIED);
    assertThat(worker.denied).containsExactly("acme/f secrets:header api-token");

    worker.permissions.set(function, "http:read", "secrets:header=api-*");
    secrets.delete(ACME, "api-token");
    HostScript.Answers.of(worker.invoke(function, "")).follows(0, FAILED);
    assertThat(server.requests).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\r\nX-Injected: 1", "a\nb", "\u0000", "caf\u00e9", "\n"})
  void valueThatIsNoFieldsValue_isNotSent(String value) {
    server.says("/", "x");
    secrets.set(ACME, "api-token", value);
    HttpScript script = new HttpScript();
    script.get(server.origin(HOST) + "/");

    HostScript.Answers.of(run(script)).follows(0, FAILED);
    assertThat(server.requests).isEmpty();
  }
}
