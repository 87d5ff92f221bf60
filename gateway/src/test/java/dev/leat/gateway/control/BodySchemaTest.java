package dev.leat.gateway.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import dev.leat.contract.Finding;
import dev.leat.documents.StrictJson;
import dev.leat.testkit.Seed;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BodySchemaTest {
  private static final JsonNode DOCUMENT =
      json(
          """
          {"word": {"type": "string", "pattern": "^[a-z]+$", "description": "Small letters."},
           "loop": {"items": {"$ref": "#/loop"}},
           "body": {"type": "object", "additionalProperties": false, "required": ["count", "name"],
             "properties": {
               "count": {"type": "integer", "minimum": 1, "maximum": 10},
               "name": {"$ref": "#/word"},
               "text": {"type": "string", "minLength": 1, "maxLength": 3},
               "list": {"type": "array", "minItems": 1, "maxItems": 3, "uniqueItems": true,
                        "items": {"type": "string", "enum": ["a", "b", "c"]}},
               "map": {"type": "object", "propertyNames": {"$ref": "#/word"},
                       "additionalProperties": {"type": "boolean"}},
               "not": {"type": "integer", "not": {"const": 0}},
               "kind": {"const": "k"},
               "domain": {"type": "integer", "minimum": 5, "x-leat-domain": true}}}}
          """);

  private final BodySchema schema = BodySchema.of(DOCUMENT.path("body"), DOCUMENT);

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "[]                  | : must be a JSON object",
        "null                | : must be a JSON object, was null",
        "{'name':'a'}        | count: is missing",
        "{'more':1}          | more: is not known; the members are count, domain, kind, list, map, name, not, text",
        "{'count':'1'}       | count: must be a whole number, was '1'",
        "{'count':1.0}       | count: must be a whole number, was 1.0",
        "{'count':null}      | count: must be a whole number, was null",
        "{'count':11}        | count: must be 1-10, was 11",
        "{'count':99999999999999999999} | count: is too large a number",
        "{'name':'A'}        | name: must be Small letters, was 'A'",
        "{'text':''}         | text: must have 1-3 characters, has 0",
        "{'list':'a'}        | list: must be a list, was 'a'",
        "{'list':[]}         | list: must have 1-3 items, has 0",
        "{'list':['a','b','c','d']} | list: must have 1-3 items, has 4",
        "{'list':['a','a']}  | list: must have no item twice",
        "{'list':['a','d']}  | list[1]: must be one of a, b, c, was 'd'",
        "{'map':{'a':1}}     | map.a: must be true or false, was 1",
        "{'map':{'A':true}}  | map.A: must be Small letters, was 'A'",
        "{'not':0}           | not: must be another value, was 0",
        "{'kind':'j'}        | kind: must be 'k', was 'j'",
        "{'domain':'x'}      | domain: must be a whole number, was 'x'",
      })
  void body_notAsTheSchemaSays_isFoundWhere(String body, String finding) {
    assertThat(schema.findings(json(body.replace('\'', '"'))))
        .extracting(found -> found.at() + ": " + found.message())
        .contains(finding.startsWith(":") ? finding : finding.strip());
  }

  @Test
  void mistakes_areFoundAllAtOnce() {
    assertThat(schema.findings(json("{\"count\":0,\"text\":\"\",\"list\":[1,2],\"more\":1}")))
        .extracting(Finding::at)
        .containsExactlyInAnyOrder("name", "count", "text", "list[0]", "list[1]", "more");
  }

  /** Else thousands of texts of one hash would be compared each with each. */
  @Test
  void list_tooLong_isNotLookedInto() {
    String items = String.join(",", Collections.nCopies(10_000, "\"z\""));

    assertThat(schema.findings(json("{\"count\":1,\"name\":\"a\",\"list\":[" + items + "]}")))
        .containsExactly(new Finding("list", "must have 1-3 items, has 10000"));
  }

  @Test
  void domain_isLeftWhatItsOwnIs() {
    assertThat(schema.findings(json("{\"count\":1,\"name\":\"a\",\"domain\":-7}"))).isEmpty();
  }

  @Test
  void mistakes_many_areBounded() {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    for (int i = 0; i < 5_000; i++) {
      body.put("unknown-" + i + "x".repeat(200), 1);
    }

    List<Finding> findings = schema.findings(body);

    assertThat(findings.size()).isBetween(1, BodySchema.FINDINGS_MAX + 2);
    assertThat(findings).allSatisfy(finding -> assertThat(finding.at()).hasSizeLessThan(100));
  }

  @Test
  void keyword_unknown_isRefusedAtOnce() {
    assertThatThrownBy(() -> BodySchema.of(json("{\"oneOf\":[]}"), DOCUMENT))
        .hasMessageContaining("'oneOf'");
    assertThatThrownBy(() -> BodySchema.of(json("{\"uniqueItems\":true}"), DOCUMENT))
        .hasMessageContaining("maxItems");
    assertThatThrownBy(() -> BodySchema.of(DOCUMENT.path("loop"), DOCUMENT))
        .hasMessageContaining("contains itself");
  }

  /** What is stricter here (numbers) or left to the domain is not among these bodies. */
  @Test
  void bodies_random_areJudgedAsByAnotherValidator() {
    Seed seed = Seed.orElse(42);
    Random random = seed.random();
    ObjectNode root = (ObjectNode) DOCUMENT.deepCopy();
    root.remove("loop");
    root.put("$ref", "#/body");
    JsonSchema other =
        JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(root);
    int good = 0;

    for (int i = 0; i < 3_000; i++) {
      JsonNode body = body(random);
      boolean isGood = other.validate(body).isEmpty();
      good += isGood ? 1 : 0;
      assertThat(schema.findings(body).isEmpty()).as("%s, %s", body, seed).isEqualTo(isGood);
    }
    assertThat(good).isBetween(100, 2_900);
  }

  private static JsonNode body(Random random) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.put("count", 1).put("name", "a");
    for (String member : List.of("count", "name", "text", "list", "map", "not", "kind", "more")) {
      if (random.nextInt(8) == 0) {
        body.set(member, value(random, 0));
      }
    }
    if (random.nextInt(20) == 0) {
      body.remove("name");
    }
    return body;
  }

  private static JsonNode value(Random random, int depth) {
    JsonNodeFactory nodes = JsonNodeFactory.instance;
    return switch (random.nextInt(depth > 2 ? 4 : 6)) {
      case 0 -> nodes.numberNode(random.nextInt(-2, 13));
      case 1 -> nodes.textNode(List.of("a", "b", "k", "Z", "", "long").get(random.nextInt(6)));
      case 2 -> nodes.booleanNode(random.nextBoolean());
      case 3 -> nodes.nullNode();
      case 4 -> {
        ArrayNode list = nodes.arrayNode();
        for (int n = random.nextInt(5); n > 0; n--) {
          list.add(
              random.nextInt(3) == 0
                  ? value(random, depth + 1)
                  : nodes.textNode("abc".substring(n % 3, n % 3 + 1)));
        }
        yield list;
      }
      default -> {
        ObjectNode map = nodes.objectNode();
        for (int n = random.nextInt(3); n > 0; n--) {
          map.set(List.of("a", "b", "C").get(random.nextInt(3)), value(random, depth + 1));
        }
        yield map;
      }
    };
  }

  private static JsonNode json(String text) {
    return StrictJson.tree(text);
  }
}
