package dev.leat.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.leat.node.Node;
import dev.leat.node.NodeConfig;
import dev.leat.testkit.Eventually;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.YearMonth;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What tenants used, from a real node to a verified export. */
class UsageIT {
  private static final String MONTH = YearMonth.now(ZoneOffset.UTC).toString();

  @TempDir Path directory;

  @Test
  void usage_equalsTheRecords_isExportedVerified_outlivesAStop_andGoesWithItsTenant()
      throws IOException {
    Cli cli = new Cli(directory);
    Path export = directory.resolve("usage.jsonl");
    Path jwks = directory.resolve("jwks.json");
    try (Node node = start()) {
      done(cli.run("login", node.url(), "--token-file", node.operatorToken()));
      prepare(cli);
      for (int i = 0; i < 7; i++) {
        done(cli.run("--tenant", "acme", "invoke", "mask-pii", "--data", "{\"email\":\"a@b\"}"));
      }
    } // an orderly stop loses nothing

    try (Node node = start()) {
      done(cli.run("login", node.url(), "--token-file", node.operatorToken()));
      cli.with("LEAT_TENANT", "acme");
      JsonNode records = cli.run("invocations", "-o", "json").json();
      JsonNode used =
          cli.run("usage", "--function", "mask-pii", "--since", "26h", "-o", "json").json();

      assertThat(records).hasSize(7);
      for (String sum : new String[] {"fuel", "initFuel"}) {
        assertThat(sum(used, sum)).as(sum).isEqualTo(sum(records, sum));
      }
      assertThat(sum(used, "invocations")).isEqualTo(7);
      assertThat(sum(used, "bytesIn")).isEqualTo(7 * 15);
      assertThat(sum(used, "bytesOut")).isEqualTo(7 * 15);
      Eventually.holds(
          "what is stored is sampled",
          () -> sum(cli.run("usage", "-o", "json").json(), "storedBytes") > 1_000);
      assertThat(done(cli.run("usage", "--by", "day", "--function", "mask-pii", "-o", "csv")))
          .startsWith("start,function,invocations,failed,fuel,")
          .contains("T00:00:00Z,mask-pii,");

      assertThat(done(cli.run("usage", "export", "--month", MONTH, "--by", "day", "--out", export)))
          .matches("Wrote [12] lines, signed, to \\Q" + export + "\\E\n");
      cli.with("LEAT_TENANT", "");
      Cli.Result all = cli.run("usage", "export", "--month", MONTH, "--all");
      assertThat(done(all)).contains("{\"tenant\":\"acme\",\"period\":\"" + MONTH + "\"");
      Files.write(
          jwks,
          new ApiClient(URI.create(node.url()), new BearerToken("none"))
              .download("/.well-known/jwks.json"));
      assertThat(done(cli.run("usage", "verify", export))).startsWith("Verified " + MONTH);

      done(cli.run("tenant", "delete", "acme", "--force", "--yes"));
      assertThat(done(cli.run("usage", "export", "--month", MONTH, "--all")))
          .startsWith("{\"signature\":")
          .contains("\"lines\":0");
      done(cli.run("tenant", "create", "acme"));
      assertThat(cli.run("--tenant", "acme", "usage", "-o", "json").json()).isEmpty();
    }

    offline(cli, export, jwks);
  }

  /** The node is gone; of what is changed nothing is believed. */
  private void offline(Cli cli, Path export, Path jwks) throws IOException {
    String lines = Files.readString(export);
    JsonNode verified = cli.run("usage", "verify", export, "--jwks", jwks, "-o", "json").json();
    assertThat(verified.path("month").asText()).isEqualTo(MONTH);
    assertThat(verified.path("tenant").asText()).isEqualTo("acme");

    refused(cli, lines.replace("\"invocations\":", "\"invocations\":1"), jwks);
    refused(cli, lines.substring(lines.indexOf('\n') + 1), jwks);
    refused(cli, lines.substring(0, lines.lastIndexOf('{', lines.length() - 20)), jwks);
    refused(cli, lines.replace("\"jws\":\"ey", "\"jws\":\"eyJ"), jwks);
    refused(cli, "", jwks);
    Path noKeys = Files.writeString(directory.resolve("none.json"), "{\"keys\":[]}");
    refused(cli, lines, noKeys);
  }

  private void refused(Cli cli, String lines, Path jwks) throws IOException {
    Path file = Files.write(directory.resolve("other"), lines.getBytes(StandardCharsets.UTF_8));

    Cli.Result result = cli.run("usage", "verify", file, "--jwks", jwks);

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err()).startsWith("File '" + file + "' ").hasLineCount(1);
    assertThat(result.out()).isEmpty();
  }

  @Test
  void badTimes_areRefusedWithTheRemedy() throws IOException {
    Cli cli = new Cli(directory);
    try (Node node = start()) {
      done(cli.run("login", node.url(), "--token-file", node.operatorToken()));
      done(cli.run("tenant", "create", "acme"));
      cli.with("LEAT_TENANT", "acme");
      assertThat(cli.run("usage", "--since", "yesterday").err()).contains("30m, 24h or 7d");
      assertThat(cli.run("usage", "--since", "1h", "--until", "2h").err()).contains("before until");
      assertThat(cli.run("usage", "--by", "minute", "--since", "90d").err()).contains("2 days");
      assertThat(cli.run("usage", "--by", "week").err()).contains("minute, hour or day");
      assertThat(cli.run("usage", "--since", "-9999-01-01T00:00:00Z").exitCode()).isEqualTo(1);
      assertThat(cli.run("usage", "export", "--month", "9999-12").err()).contains("not begun");
      assertThat(cli.run("usage", "export", "--month", "2026").exitCode()).isEqualTo(2);
      assertThat(cli.run("usage", "export", "--month", "2026-01", "--by", "hour").err())
          .contains("day or month");
    }
  }

  private Node start() throws IOException {
    return Node.start(NodeConfig.embedded(directory.resolve("data"), "127.0.0.1", 0));
  }

  private void prepare(Cli cli) throws IOException {
    Sample sample = Sample.load("mask-pii");
    Path module = Files.write(directory.resolve("mask_pii.wasm"), sample.module());
    Path key = directory.resolve("acme.jwk");
    Path manifest =
        Files.write(directory.resolve("leat.yaml"), Json.bytes(sample.manifest().document()));
    done(cli.run("tenant", "create", "acme"));
    cli.with("LEAT_TENANT", "acme");
    done(cli.run("key", "generate", "--out", key));
    done(cli.run("key", "register", key));
    done(cli.run("sign", module, "--key", key, "--name", "mask", "--version", "1.0.0"));
    done(cli.run("publish", module));
    done(cli.run("deploy", "-f", manifest));
  }

  private static long sum(JsonNode items, String field) {
    long sum = 0;
    for (JsonNode item : items) {
      sum += item.path(field).asLong();
    }
    return sum;
  }

  private static String done(Cli.Result result) {
    assertThat(result.exitCode()).as(result.err()).isZero();
    return result.out();
  }
}
