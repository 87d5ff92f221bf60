package dev.leat.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.leat.contract.Grant;
import dev.leat.contract.GuestContract;
import dev.leat.contract.Outcome;
import dev.leat.testkit.Seed;
import dev.leat.testkit.TestDatabase;
import dev.leat.testkit.WasmBuilder;
import dev.leat.worker.capability.http.OutboundConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Steps: the context that they read and set, what they ask of powers, what they answer. */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class StepGuestTest {
  private static final String NOTHING = "{}";
  private static final Grant.Database DATABASE =
      new Grant.Database("main", List.of("read:orders", "write:orders"));
  private static final ObjectMapper JSON = new ObjectMapper();

  private final TestServer server = new TestServer();
  private final TestHttp http =
      new TestHttp(new OutboundConfig(8, 16 << 20, 100, List.of("127.0.0.1:" + server.port()), ""));
  private final TestWorker worker = new TestWorker(http.power(), List.of());
  private final TestDatabase database =
      TestDatabase.h2("connection.acme.main.19700101000000000.steps");

  StepGuestTest() throws IOException {
    http.name("api.example.com", "127.0.0.1");
  }

  @BeforeAll
  void create() {
    database.execute("CREATE TABLE orders (id INT PRIMARY KEY, item VARCHAR(100))");
    database.execute("CREATE TABLE hidden (id INT)");
    worker.connections.set("acme", "main", "jdbc:h2:mem:steps", "sa");
  }

  @BeforeEach
  void forget() {
    database.execute("DELETE FROM orders");
    worker.lines.clear();
    worker.denied.clear();
  }

  @AfterAll
  void close() throws IOException {
    worker.close();
    http.close();
    server.close();
    database.close();
  }

  @Test
  void answer_isMadeWhole_andHasTheContextAsItWasLeft() {
    WasmBuilder module = new StepScript().set("b", "[1]").answers("{\"output\":{\"x\":1}}");

    assertThat(TestWorker.body(worker.invoke(function(module), "{\"a\":1.10}")))
        .isEqualTo(
            "{\"output\":{\"x\":1},\"next\":null,\"errors\":[],\"context\":{\"a\":1.10,\"b\":[1]}}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"job", "env", "leat"})
  void functions_areThoseOfEachModule(String module) {
    JsonNode answer = run(new StepScript(module).copy("a", "b").answers(NOTHING), "{\"a\":7}");

    assertThat(answer.at("/context/b").asInt()).isEqualTo(7);
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "\"mask\"", "[\"a\",\"b\"]", "[]"})
  void next_isNothingOrNames(String next) {
    JsonNode answer = run(new StepScript().answers("{\"next\":" + next + "}"), "");

    assertThat(answer.path("next").toString()).isEqualTo(next);
    assertThat(answer.path("context").toString()).isEqualTo(NOTHING);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{\"output\":1}",
        "{\"output\":null}",
        "{\"next\":1}",
        "{\"next\":[1]}",
        "{\"next\":[[]]}",
        "{\"next\":{}}",
        "{\"errors\":{}}",
        "{\"more\":1}",
        "{\"output\":{}} x",
        "{\"output\":{"
      })
  void whatIsNoAnswer_isAFailure(String json) {
    Outcome outcome = worker.invoke(function(new StepScript().answers(json + " ")), "{}");

    assertThat(outcome).isInstanceOf(Outcome.GuestFailed.class);
    assertThat(outcome.toString()).contains("The step");
  }

  @Test
  void contextOfMoreMembersThanItMayHave_isRefused() {
    TestFunction function = function(new StepScript().answers(NOTHING));
    for (int more = 0; more <= 1; more++) {
      String body =
          IntStream.range(0, 10_000 + more)
              .mapToObj("\"m%d\":1"::formatted)
              .collect(Collectors.joining(",", "{", "}"));

      assertThat(((Outcome.Responded) worker.invoke(function, body)).status())
          .isEqualTo(more == 0 ? 200 : 400);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"[]", "1", "{", "{} {}", "x", "{\"a\":01}"})
  void bodyThatIsNoContext_isRefused_andNothingRuns(String body) {
    Outcome outcome =
        worker.invoke(function(new StepScript().log(1, "ran").answers(NOTHING)), body);

    assertThat(((Outcome.Responded) outcome).status()).isEqualTo(400);
    assertThat(TestWorker.body(outcome)).contains("The context must be a JSON object");
    assertThat(worker.lines).isEmpty();
  }

  /** Property 14, the log host function: each line comes with its level and its text. */
  @Test
  void property14_log_keepsLevelAndText() {
    Seed seed = Seed.orElse(14);
    Random random = seed.random();
    List<String> levels = List.of("DEBUG", "INFO", "WARN", "ERROR");
    for (int i = 0; i < 20; i++) {
      int level = random.nextInt(levels.size());
      String text = text(random, 40).replace('\n', ' ').strip() + "x";
      worker.lines.clear();

      run(new StepScript().log(level, text).answers(NOTHING), "{}");

      assertThat(worker.lines).as("%s", seed).containsExactly(levels.get(level) + " " + text);
    }
  }

  /** Property 15, get_context: whatever value a context has, a step is given it as it is. */
  @Test
  void property15_getContext_givesEachValueAsItIs() {
    Seed seed = Seed.orElse(15);
    Random random = seed.random();
    for (int i = 0; i < 30; i++) {
      String key = text(random, 20) + "k";
      JsonNode value = value(random, 4);
      ObjectNode context = JsonNodeFactory.instance.objectNode();
      context.set("other", value(random, 2));
      context.set(key, value);

      JsonNode answer =
          run(
              new StepScript().copy(key, "found").copy("absent", "none").answers(NOTHING),
              context.toString());

      assertThat(answer.at("/context/found")).as("%s %s", key, seed).isEqualTo(value);
      assertThat(answer.path("context").has("none")).isFalse();
    }
  }

  /** Property 16, set_context: what was set is there afterwards, and all else is as it was. */
  @Test
  void property16_setContext_changesThatMemberAlone() {
    Seed seed = Seed.orElse(16);
    Random random = seed.random();
    for (int i = 0; i < 30; i++) {
      ObjectNode expected = JsonNodeFactory.instance.objectNode();
      for (int member = 0; member < 4; member++) {
        expected.set("m" + member, value(random, 2));
      }
      String before = expected.toString();
      StepScript script = new StepScript();
      for (int set = 0; set < 5; set++) {
        String key = "m" + random.nextInt(7);
        JsonNode value = value(random, 3);
        script.set(key, value.toString());
        expected.set(key, value);
      }

      JsonNode answer = run(script.answers(NOTHING), before);

      assertThat(answer.path("context")).as("%s", seed).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "x", "{", "1 2", "[1,]", "\u0001", "NaN", "'a'"})
  void setContext_ofWhatIsNoJson_changesNothing(String json) {
    JsonNode answer = run(new StepScript().set("a", json).answers(NOTHING), "{\"a\":1}");

    assertThat(answer.path("context").toString()).isEqualTo("{\"a\":1}");
  }

  @Test
  void setContext_bounds() {
    String half = "\"" + "x".repeat(600_000) + "\"";
    StepScript script = new StepScript();
    script.set("a", half).set("b", half).set("", "1").set("k".repeat(257), "1").set("c", "1");
    TestFunction function = function(script.answers(NOTHING)).response(2 << 20);

    JsonNode context = json(worker.invoke(function, "{}")).path("context");

    assertThat(context.fieldNames()).toIterable().containsExactly("a", "c");
  }

  /** Property 17, http_request: request and answer are what the server is asked and says. */
  @Test
  void property17_httpRequest_sendsAndGivesWhatIsSaid() {
    Seed seed = Seed.orElse(17);
    Random random = seed.random();
    for (int i = 0; i < 10; i++) {
      String said = text(random, 60).replaceAll("[^ -~]", "");
      String sent = text(random, 60).replaceAll("[^ -~]", "");
      server.says("/" + i, "201 Created", "X-Said: yes\r\n", said);
      ObjectNode request =
          JsonNodeFactory.instance
              .objectNode()
              .put("method", "post")
              .put("url", server.origin("api.example.com") + "/" + i)
              .put("body", sent);
      request.putObject("headers").put("X-Asked", "it").putArray("X-Two").add("1").add("2");
      server.requests.clear();

      JsonNode answer =
          run(new StepScript().http(request.toString(), "http").answers(NOTHING), "{}");

      assertThat(answer.at("/context/http/status").asInt()).as("%s", seed).isEqualTo(201);
      assertThat(answer.at("/context/http/body").asText()).as("%s", seed).isEqualTo(said);
      assertThat(answer.at("/context/http/headers/x-said").asText()).isEqualTo("yes");
      assertThat(server.requests.getFirst().toString()).contains("POST", "X-Asked", sent);
    }
  }

  /** Each character of it takes six as JSON. */
  @Test
  void httpRequest_answerThatIsTooLargeAsJson_isAnsweredAsAnError() {
    String url = server.origin("api.example.com");
    server.says("/controls", "\u0001".repeat(1 << 20)).says("/quotes", "\"".repeat(500_000));

    JsonNode context =
        run(
                new StepScript()
                    .http("{\"url\":\"" + url + "/controls\"}", "a")
                    .http("{\"url\":\"" + url + "/quotes\"}", "b")
                    .answers(NOTHING),
                "{}")
            .path("context");

    assertThat(context.at("/a/error/code").asText()).isEqualTo("too-large");
    assertThat(context.at("/b/body").asText()).hasSize(500_000);
  }

  @Test
  void httpRequest_whatIsNotAllowed_isAnsweredAsAnError() {
    StepScript script = new StepScript();
    script.http("{\"url\":\"https://denied.example\"}", "a");
    script.http("{\"url\":1}", "b");
    script.http("{}", "c");
    script.http("{\"url\":\"https://a\",\"more\":1}", "d");

    JsonNode context = run(script.answers(NOTHING), "{}").path("context");

    assertThat(context.at("/a/error/code").asText()).isEqualTo("denied");
    for (String other : List.of("b", "c", "d")) {
      assertThat(context.path(other).at("/error/code").asText()).isEqualTo("invalid");
    }
    assertThat(worker.denied).containsExactly("acme/f http:read https://denied.example/");
  }

  /** Property 18, db_query: what is written is read back, by values that never become SQL. */
  @Test
  void property18_dbQuery_readsBackWhatWasWritten() {
    Seed seed = Seed.orElse(18);
    Random random = seed.random();
    for (int i = 0; i < 15; i++) {
      String item = text(random, 30).replace("\u0000", "");
      ObjectNode change =
          JsonNodeFactory.instance
              .objectNode()
              .put("connection", "main")
              .put("sql", "INSERT INTO orders (id, item) VALUES (?, ?)");
      change.putArray("params").add(i).add(item);
      ObjectNode query =
          JsonNodeFactory.instance.objectNode().put("sql", "SELECT item FROM orders WHERE id = ?");
      query.putArray("params").add(i);
      StepScript script = new StepScript();
      script.query(change.toString(), "changed").query(query.toString(), "found");

      JsonNode context = run(script.answers(NOTHING), "{}").path("context");

      assertThat(context.at("/changed/rowsAffected").asInt())
          .as("%s %s", context, seed)
          .isEqualTo(1);
      assertThat(context.at("/found/rows/0/0").asText()).as("%s", seed).isEqualTo(item);
    }
    assertThat(worker.connections.room.taken()).isZero();
  }

  /** Properties 12 and 13: what is not permitted is not done, and answered as an error. */
  @Test
  void property12And13_dbQuery_whatIsNotAllowed_isAnsweredAsAnError() {
    StepScript script = new StepScript();
    script.query("{\"sql\":\"SELECT id FROM hidden\"}", "a");
    script.query("{\"connection\":\"other\",\"sql\":\"SELECT id FROM orders\"}", "b");
    script.query("{\"sql\":\"DROP TABLE orders\"}", "c");
    script.query("{\"sql\":\"SELECT nothing FROM orders\"}", "d");
    script.query("{\"sql\":\"SELECT id FROM orders\",\"params\":\"x\"}", "e");
    script.query("{\"params\":[]}", "f");
    script.query("{\"sql\":\"SELECT id FROM orders WHERE id = ?\",\"params\":[]}", "g");

    JsonNode context = run(script.answers(NOTHING), "{}").path("context");

    for (String denied : List.of("a", "b", "c")) {
      assertThat(context.path(denied).at("/error/code").asText()).isEqualTo("denied");
    }
    for (String invalid : List.of("d", "e", "f", "g")) {
      assertThat(context.path(invalid).at("/error/code").asText()).isEqualTo("invalid");
    }
    assertThat(worker.denied)
        .containsExactly(
            "acme/f database:read main/hidden",
            "acme/f database:read other (another connection)",
            "acme/f database:write main (something else than SELECT, INSERT, UPDATE, DELETE or MERGE)");
  }

  @Test
  void withoutPowers_eachIsDenied() {
    StepScript script = new StepScript();
    script.http("{\"url\":\"https://denied.example\"}", "a").query("{\"sql\":\"SELECT 1\"}", "b");
    TestFunction function =
        TestFunction.of(GuestContract.STEP, script.log(1, "x").answers(NOTHING).build()).grants();

    JsonNode context = json(worker.invoke(function, "{}")).path("context");

    assertThat(context.at("/a/error/code").asText()).isEqualTo("denied");
    assertThat(context.at("/b/error/code").asText()).isEqualTo("denied");
    assertThat(worker.lines).isEmpty();
  }

  private TestFunction function(WasmBuilder module) {
    return TestFunction.of(GuestContract.STEP, module.build())
        .response(1 << 20)
        .grants(
            new Grant.Logging(),
            DATABASE,
            new Grant.Http(
                List.of(server.origin("api.example.com")),
                Grant.Http.METHODS,
                100,
                Duration.ofSeconds(20)));
  }

  private JsonNode run(WasmBuilder module, String body) {
    return json(worker.invoke(function(module), body));
  }

  private static JsonNode json(Outcome outcome) {
    try {
      return JSON.readTree(TestWorker.body(outcome));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static JsonNode value(Random random, int depth) {
    return switch (random.nextInt(depth == 0 ? 5 : 7)) {
      case 0 -> JsonNodeFactory.instance.nullNode();
      case 1 -> JsonNodeFactory.instance.booleanNode(random.nextBoolean());
      case 2 -> JsonNodeFactory.instance.numberNode(random.nextInt());
      case 3 -> JsonNodeFactory.instance.numberNode(random.nextInt(1_000) / 8.0);
      case 4 -> JsonNodeFactory.instance.textNode(text(random, 12));
      case 5 -> {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        for (int i = random.nextInt(4); i > 0; i--) {
          array.add(value(random, depth - 1));
        }
        yield array;
      }
      default -> {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        for (int i = random.nextInt(4); i > 0; i--) {
          object.set(text(random, 6), value(random, depth - 1));
        }
        yield object;
      }
    };
  }

  /** Of letters, quotes and signs of one to four bytes. */
  private static String text(Random random, int most) {
    int[] letters = "ab'\";\\/%-\n\u00e4\u20ac\uD83D\uDE00".codePoints().toArray();
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(most); i > 0; i--) {
      text.appendCodePoint(letters[random.nextInt(letters.length)]);
    }
    return text.toString();
  }
}
