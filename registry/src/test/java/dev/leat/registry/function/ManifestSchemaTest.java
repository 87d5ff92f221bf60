package dev.leat.registry.function;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import dev.leat.contract.Answer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** That {@code docs/leat.schema.json} and {@link ManifestReader} take the same manifests. */
final class ManifestSchemaTest {
  private static final YAMLMapper YAML =
      YAMLMapper.builder().enable(YAMLParser.Feature.PARSE_BOOLEAN_LIKE_WORDS_AS_STRINGS).build();

  private static JsonSchema readSchema() throws IOException {
    return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
        .getSchema(Files.readString(Path.of("..", "docs", "leat.schema.json")));
  }

  @Test
  void everythingSaid_isTakenByBoth() throws IOException {
    assertAgree(ManifestReaderTest.FULL, true);
    assertAgree(ManifestReaderTest.good(ManifestReaderTest.FULL).toJson(), true);
    assertAgree(ManifestReaderTest.CLAIMS, true);
    assertAgree(ManifestReaderTest.good(ManifestReaderTest.CLAIMS).toJson(), true);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          true  | name: mask-pii          | name: a
          true  | ./mask_pii.wasm         | acme/mask@1.0.0
          true  | contract: handler       | contract: wasi
          true  | path: /mask             | path: /v1/a.b/~c_d-e
          true  | path: /mask             | path: /v1/...
          true  | methods: [POST]         | methods: []
          true  | auth: token             | auth: public
          true  | fuel: 50000000          | fuel: 9223372036854775807
          true  | memory: 16Mi            | memory: 65536
          true  | memory: 16Mi            | memory: "65536"
          true  | request: 1Mi            | request: 0
          true  | timeout: 2s             | timeout: 5m
          true  | idle: 30s               | idle: 0s
          true  | reuse: reset            | reuse: shared
          true  | logging: true           | logging: false
          true  | "write:audit_*"         | "write:*"
          true  | https://api.example.com | http://localhost:1
          true  | {namespace: default, ttlMax: 24h} | {}
          true  | {fields_to_mask: [email, phone]} | {a: {b: [1, null, 2.5, "x"]}}
          false | kind: Function          | kind: function
          false | kind: Function          | kinds: Function
          false | apiVersion: leat/v1     | apiVersion: 1
          false | {name: mask-pii}        | {name: mask_pii}
          false | {name: mask-pii}        | {}
          false | {name: mask-pii}        | {name: a, labels: {}}
          false | ./mask_pii.wasm         | sha256:abc
          false | ./mask_pii.wasm         | ""
          false | contract: handler       | contract: component
          false | contract: handler       | contract: Handler
          false | path: /mask             | path: mask
          false | path: /mask             | path: /a/..
          false | path: /mask             | path: /a//b
          false | methods: [POST]         | methods: [POST, POST]
          false | methods: [POST]         | methods: [get]
          false | auth: token             | auth: yes
          false | fuel: 50000000          | fuel: 0
          false | fuel: 50000000          | fuel: 1e400
          false | fuel: 50000000          | fuel: "1"
          false | fuel: 50000000          | fule: 1
          false | memory: 16Mi            | memory: 16MB
          false | memory: 16Mi            | memory: 1.5Gi
          false | timeout: 2s             | timeout: 2
          false | timeout: 2s             | timeout: 2 s
          false | min: 0                  | min: -1
          false | max: 8                  | max: 0
          false | idle: 30s               | idle: -1s
          false | reuse: reset            | reuse: RESET
          false | logging: true           | logging: yes
          false | logging: true           | filesystem: true
          false | https://api.example.com | https://api.example.com/path
          false | https://api.example.com | https://*
          false | perMinute: 60           | perMinute: 0
          false | ttlMax: 24h             | ttlMax: 1d
          false | connection: main        | connection: ""
          false | read:orders             | select:orders
          false | {fields_to_mask: [email, phone]} | 1
          """)
  void oneThingSaidOtherwise_isJudgedAlike(boolean good, String from, String to)
      throws IOException {
    String yaml = ManifestReaderTest.FULL.replace(from, to);
    assertThat(yaml).isNotEqualTo(ManifestReaderTest.FULL);

    assertAgree(yaml, good);
  }

  static void assertAgree(String manifest, boolean good) throws IOException {
    JsonSchema schema = readSchema();
    JsonNode tree = YAML.readTree(manifest);
    assertThat(schema.validate(tree).isEmpty()).as("schema").isEqualTo(good);
    assertThat(ManifestReader.read(manifest.getBytes(StandardCharsets.UTF_8)))
        .as("reader")
        .isInstanceOf(good ? Answer.Done.class : Answer.Refused.class);
  }
}
