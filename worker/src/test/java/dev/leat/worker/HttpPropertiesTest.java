package dev.leat.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.Grant;
import dev.leat.contract.Outcome;
import dev.leat.testkit.Seed;
import dev.leat.testkit.WasmBuilder;
import dev.leat.testkit.WasmCode;
import dev.leat.worker.capability.http.OutboundConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** The numbered properties of host functions, for HTTP. */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class HttpPropertiesTest {
  private static final List<String> HOSTS =
      List.of(
          "a.example.com",
          "b.example.com",
          "x.b.example.com",
          "example.com",
          "badexample.com",
          "example.com.evil.net");
  private static final List<String> METHODS = List.of("GET", "HEAD", "POST", "PUT", "DELETE");

  private final TestServer server = new TestServer();
  private final TestHttp http =
      new TestHttp(OutboundConfig.DEFAULT.withPrivate("127.0.0.1:" + server.port()));
  private final TestWorker worker = new TestWorker(http.power(), List.of());

  HttpPropertiesTest() throws IOException {
    HOSTS.forEach(host -> http.name(host, "127.0.0.1"));
    server.says("/", "answer");
  }

  @AfterAll
  void close() throws IOException {
    worker.close();
    http.close();
    server.close();
  }

  /**
   * Property 12, permission verification, and 13, denial: a request reaches the server exactly if
   * the manifest names its origin and its method; else the guest is told and it is recorded.
   */
  @Test
  void property12And13_requestsReachWhatTheManifestNames_andNothingElse() {
    Seed seed = Seed.orElse(12);
    Random random = seed.random();
    for (int i = 0; i < 40; i++) {
      String pattern = random.nextBoolean() ? pick(random, HOSTS) : "*." + pick(random, HOSTS);
      Set<String> methods =
          Set.of(pick(random, METHODS), pick(random, METHODS).equals("GET") ? "PATCH" : "OPTIONS");
      HttpScript script = new HttpScript();
      List<Integer> expected = new ArrayList<>();
      int allowed = 0;
      for (int call = 0; call < 4; call++) {
        String host = pick(random, HOSTS);
        String method = pick(random, METHODS);
        script.request(method, server.origin(spelled(random, host)) + "/", "");
        boolean isAllowed = matches(pattern, host) && methods.contains(method);
        expected.add(0);
        expected.add(isAllowed ? 200 : -2);
        allowed += isAllowed ? 1 : 0;
      }
      server.requests.clear();
      worker.denied.clear();
      TestFunction function =
          TestFunction.handler(script.module())
              .response(HostScript.SENT_BYTES)
              .grants(
                  new Grant.Http(
                      List.of(server.origin(pattern)), methods, 60, Duration.ofSeconds(20)));

      Outcome outcome = worker.invoke(function, "");

      HostScript.Answers.of(outcome)
          .follows(expected.stream().mapToInt(Integer::intValue).toArray());
      assertThat(server.requests).as("%s, round %d", seed, i).hasSize(allowed);
      assertThat(worker.denied).as("%s, round %d", seed, i).hasSize(4 - allowed);
    }
  }

  private static <T> T pick(Random random, List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  /** Case of a host says nothing. */
  private static String spelled(Random random, String host) {
    return random.nextBoolean() ? host : host.toUpperCase(Locale.ROOT);
  }

  private static boolean matches(String pattern, String host) {
    return pattern.startsWith("*.") ? host.endsWith(pattern.substring(1)) : pattern.equals(host);
  }

  /**
   * Property 17, the HTTP host function: a processor that may is given the server's answer whole,
   * whatever it is; one of an error's status, or one that it may not have, is none.
   */
  @Test
  void property17_processorsRequest_givesTheBodyOrNothing() {
    Seed seed = Seed.orElse(17);
    Random random = seed.random();
    List<String> methods = List.of("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD");
    for (int i = 0; i < 40; i++) {
      int method = random.nextInt(methods.size());
      int status = pick(random, List.of(200, 201, 204, 299, 400, 404, 500, 503));
      String body = status == 204 || method == 5 ? "" : text(random, random.nextInt(3_000));
      String sent = text(random, random.nextInt(300));
      boolean isAllowed = random.nextInt(4) > 0;
      server.requests.clear();
      server.says("/", status + " Status", "", body);
      TestFunction function =
          TestFunction.processor(processor(method, server.origin("a.example.com") + "/", sent))
              .response(8_192)
              .grants(
                  new Grant.Http(
                      List.of(server.origin(isAllowed ? "a.example.com" : "b.example.com")), 60));

      Outcome outcome = worker.invoke(function, "{\"id\":1,\"data\":2}");

      boolean isGiven = isAllowed && status < 400;
      assertThat(outcome).as("%s, round %d", seed, i).isInstanceOf(Outcome.Responded.class);
      String answer = new String(((Outcome.Responded) outcome).body(), StandardCharsets.ISO_8859_1);
      assertThat(answer)
          .as("%s, round %d: %s %d", seed, i, methods.get(method), status)
          .isEqualTo(isGiven ? body : "none");
      assertThat(server.requests).hasSize(isAllowed ? 1 : 0);
      if (isAllowed) {
        assertThat(server.requests.getFirst())
            .startsWith(methods.get(method) + " / ")
            .endsWith("\r\n\r\n" + sent);
      }
    }
  }

  private static String text(Random random, int length) {
    return random
        .ints(length, 'a', 'z' + 1)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  /** Answers with what it was given, or "none". */
  private static WasmBuilder processor(int method, String url, String body) {
    WasmCode process =
        new WasmCode()
            .locals(1, "i64")
            .i32Const(method)
            .i32Const(20_000)
            .i32Const(url.length())
            .i32Const(30_000)
            .i32Const(body.length())
            .call(0)
            .localTee(2)
            .op(0x50) // i64.eqz
            .op(0x04, 0x7e) // if with an i64
            .i64Const((40_000L << 32) | 4)
            .otherwise()
            .localGet(2)
            .end();
    return new WasmBuilder()
        .importFunction("flowctl", "http_request", "(i32,i32,i32,i32,i32)->i64")
        .memory(2)
        .export("allocate", "(i32)->i32", new WasmCode().i32Const(4_096))
        .export("free", "(i32,i32)->", new WasmCode())
        .export("process_event", "(i32,i32)->i64", process)
        .data(20_000, url.getBytes(StandardCharsets.US_ASCII))
        .data(30_000, body.getBytes(StandardCharsets.US_ASCII))
        .data(40_000, "none".getBytes(StandardCharsets.US_ASCII));
  }
}
