package dev.leat.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoIT {
  private static final byte[] CONTENT = {0, 'a', 's', 'm', 1, 0, 0, 0};

  private static final ManifestFile SAMPLE =
      ManifestFile.parse(
          "test", "{metadata: {name: mask-pii}, spec: {module: ./a.wasm, n: 5000000000}}");
  private static final ManifestFile LEDGER =
      ManifestFile.parse(
          "test",
          "{metadata: {name: ledger}, spec: {module: ./a.wasm, capabilities: {database: {connection: main}}}}");

  private final RecordingServer server = new RecordingServer();
  private final List<String> told = new ArrayList<>();
  @TempDir Path data;

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void prepare_anEmptyPlatform_doesAllThatAUserWould() throws IOException {
    server.refuse("getTenant", 404, "not-found", "");
    server.refuse("getModule", 404, "not-found", "");

    String line = prepare();

    assertThat(server.requests())
        .extracting(RecordingServer.Request::operation)
        .containsExactly(
            "getTenant",
            "createTenant",
            "getPowers",
            "setPowers",
            "registerKey",
            "getModule",
            "publishModule",
            "deployFunction",
            "createToken");
    assertThat(server.only("createToken").json().path("roles")).hasToString("[\"invoker\"]");
    assertThat(line)
        .startsWith("curl -sS -H \"Authorization: Bearer $(cat '" + data + "/demo.token')\"")
        .endsWith(" " + server.uri() + "/f/demo/mask-pii");
    for (String file : List.of("demo.jwk", "demo.token")) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data.resolve(file))))
          .isEqualTo("rw-------");
    }
  }

  @Test
  void prepare_aPreparedPlatform_publishesNothingAndKeepsTheKey() throws IOException {
    prepare();
    server.requests().clear();
    String key = Files.readString(data.resolve("demo.jwk"));

    prepare();

    assertThat(server.requests())
        .extracting(RecordingServer.Request::operation)
        .containsExactly(
            "getTenant",
            "getPowers",
            "setPowers",
            "registerKey",
            "getModule",
            "deployFunction",
            "createToken");
    assertThat(data.resolve("demo.jwk")).hasContent(key);
  }

  private static void noTables(String tenant, String connection, List<String> statements) {
    throw new AssertionError("No sample uses a database");
  }

  /** What an operator called as the demo's connection is called is theirs. */
  @Test
  void prepare_whereTheConnectionIsAnother_writesNothingThere_andGoesOnWithoutTheSample()
      throws IOException {
    server.answer("getConnection", 200, connection("jdbc:postgresql://db:5432/orders"));

    prepare(DemoIT::noTables, SAMPLE, LEDGER);

    assertThat(told).singleElement().asString().contains("another database");
    assertThat(server.only("deployFunction").json().toString()).contains("mask-pii");
  }

  @Test
  void prepare_whereItsDatabaseIsAway_goesOnWithoutTheSample() throws IOException {
    server.answer("getConnection", 200, connection("jdbc:h2:file:ledger"));

    prepare(
        (tenant, connection, statements) -> {
          throw new IllegalStateException("away");
        },
        SAMPLE,
        LEDGER);

    assertThat(told).singleElement().asString().contains("away");
    assertThat(server.only("deployFunction").json().toString()).contains("mask-pii");
  }

  private static String connection(String url) {
    return Json.object().put("name", "main").put("url", url).put("user", "demo").toString();
  }

  private String prepare() {
    return prepare(DemoIT::noTables, SAMPLE);
  }

  private String prepare(Demo.Tables tables, ManifestFile... manifests) {
    ApiClient api = new ApiClient(server.uri(), new BearerToken(RecordingServer.TOKEN));
    try (DemoServer customers = DemoServer.start(data)) {
      return new Demo(api, server.uri(), data, InstantSource.system(), customers, tables, told::add)
          .prepare(Stream.of(manifests).map(each -> new Sample(each, CONTENT)).toList());
    }
  }
}
