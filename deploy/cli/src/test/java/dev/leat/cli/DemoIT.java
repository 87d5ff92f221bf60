package dev.leat.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoIT {
  private static final byte[] CONTENT = {0, 'a', 's', 'm', 1, 0, 0, 0};

  private final RecordingServer server = new RecordingServer();
  private final ManifestFile manifest =
      ManifestFile.parse(
          "test", "{metadata: {name: mask-pii}, spec: {module: ./a.wasm, n: 5000000000}}");
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

  private String prepare() {
    ApiClient api = new ApiClient(server.uri(), new BearerToken(RecordingServer.TOKEN));
    try (DemoServer customers = DemoServer.start(data)) {
      return new Demo(api, server.uri(), data, InstantSource.system(), customers, DemoIT::noTables)
          .prepare(List.of(new Sample(manifest, CONTENT)));
    }
  }
}
