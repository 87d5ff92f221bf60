package dev.leat.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which request each verb makes, and how answers are printed. */
class ControlPlaneIT {
  private static final String DIGEST =
      "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

  private final RecordingServer server = new RecordingServer();
  @TempDir Path directory;
  private Cli cli;

  @BeforeEach
  void logIn() {
    cli = new Cli(directory).loggedIn(server.uri(), "acme");
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @ParameterizedTest
  @CsvSource({
    "whoami,                         GET /v1/whoami",
    "cluster,                        GET /v1/cluster",
    "tenant create acme,             POST /v1/tenants",
    "tenant list,                    GET /v1/tenants",
    "tenant show acme,               GET /v1/tenants/acme",
    "tenant suspend acme,            POST /v1/tenants/acme:suspend",
    "tenant resume acme,             POST /v1/tenants/acme:resume",
    "tenant powers acme,             GET /v1/tenants/acme/powers",
    "tenant powers acme --allow all --private none, PUT /v1/tenants/acme/powers",
    "tenant delete acme,             DELETE /v1/tenants/acme",
    "tenant delete acme --force,     DELETE /v1/tenants/acme?force=true",
    "quota show acme,                GET /v1/tenants/acme/quota",
    "quota show,                     GET /v1/tenants/acme/quota",
    "token create --role invoker,    POST /v1/tenants/acme/tokens",
    "signing-key show,               GET /v1/signing-key",
    "signing-key rotate,             POST /v1/signing-key:rotate",
    "connection list,                GET /v1/tenants/acme/connections",
    "connection list b,              GET /v1/tenants/b/connections",
    "connection delete b main,       DELETE /v1/tenants/b/connections/main",
    "issuer list,                    GET /v1/tenants/acme/issuers",
    "issuer list b,                  GET /v1/tenants/b/issuers",
    "issuer remove b corp,           DELETE /v1/tenants/b/issuers/corp",
    "token list,                     GET /v1/tenants/acme/tokens",
    "token revoke t-1,               DELETE /v1/tenants/acme/tokens/t-1",
    "token create --role operator,   POST /v1/tokens",
    "token list --operator,          GET /v1/tokens",
    "token revoke t-1 --operator,    DELETE /v1/tokens/t-1",
    "key list,                       GET /v1/tenants/acme/keys",
    "key revoke k-1,                 DELETE /v1/tenants/acme/keys/k-1",
    "key validity k-1 --until 2027-01-01T00:00:00Z, PUT /v1/tenants/acme/keys/k-1/validity",
    "policy show,                    GET /v1/tenants/acme/policy",
    "policy set on-revoke=drain,     PUT /v1/tenants/acme/policy",
    "search,                         GET /v1/tenants/acme/search",
    "search a&b,                     GET /v1/tenants/acme/search?q=a%26b",
    "install b/mask@1,               POST /v1/tenants/acme/install",
    "module visibility " + DIGEST + ", GET /v1/tenants/acme/modules/" + DIGEST + "/visibility",
    "module visibility "
        + DIGEST
        + " public, PUT /v1/tenants/acme/modules/"
        + DIGEST
        + "/visibility",
    "module signatures " + DIGEST + ", GET /v1/tenants/acme/modules/" + DIGEST + "/signatures",
    "module list --query a&b,        GET /v1/tenants/acme/modules?q=a%26b",
    "modules show " + DIGEST + ",    GET /v1/tenants/acme/modules/" + DIGEST,
    "module delete " + DIGEST + ",   DELETE /v1/tenants/acme/modules/" + DIGEST,
    "list,                           GET /v1/tenants/acme/functions",
    "--tenant b list,                GET /v1/tenants/b/functions",
    "show mask,                      GET /v1/tenants/acme/functions/mask",
    "show mask --version v1,         GET /v1/tenants/acme/functions/mask/versions/v1",
    "show ../keys,                   GET /v1/tenants/acme/functions/..%2Fkeys",
    "secret list,                    GET /v1/tenants/acme/secrets",
    "secret delete stripe-key,       DELETE /v1/tenants/acme/secrets/stripe-key",
    "versions mask,                  GET /v1/tenants/acme/functions/mask/versions",
    "traffic mask,                   GET /v1/tenants/acme/functions/mask/traffic",
    "traffic mask v1=90 v2=10,       PUT /v1/tenants/acme/functions/mask/traffic",
    "rollback mask,                  POST /v1/tenants/acme/functions/mask:rollback",
    "rollback mask --to v1,          POST /v1/tenants/acme/functions/mask:rollback",
    "rollout start mask --to v3,     POST /v1/tenants/acme/functions/mask/rollout",
    "rollout status mask,            GET /v1/tenants/acme/functions/mask/rollout",
    "rollout pause mask,             POST /v1/tenants/acme/functions/mask/rollout:pause",
    "rollout resume mask,            POST /v1/tenants/acme/functions/mask/rollout:resume",
    "rollout promote mask,           POST /v1/tenants/acme/functions/mask/rollout:promote",
    "rollout abort mask,             POST /v1/tenants/acme/functions/mask/rollout:abort",
    "alias list mask,                GET /v1/tenants/acme/functions/mask/aliases",
    "alias set mask stable v1,       PUT /v1/tenants/acme/functions/mask/aliases/stable",
    "alias delete mask stable,       DELETE /v1/tenants/acme/functions/mask/aliases/stable",
    "permissions show mask,          GET /v1/tenants/acme/functions/mask/permissions",
    "permissions set mask logging,   PUT /v1/tenants/acme/functions/mask/permissions",
    "log-level mask,                GET /v1/tenants/acme/functions/mask/log-level",
    "log-level mask warn,           PUT /v1/tenants/acme/functions/mask/log-level",
    "caps used mask,                GET /v1/tenants/acme/functions/mask/capabilities",
    "caps suggest mask --days 3,    GET /v1/tenants/acme/functions/mask/capabilities?days=3",
    "permissions clear mask,         DELETE /v1/tenants/acme/functions/mask/permissions",
    "usage,                          GET /v1/tenants/acme/usage?by=hour&limit=200",
    "usage --by day --since 7d,      GET /v1/tenants/acme/usage?by=day&limit=200&since=7d",
    "invocations cancel a1,          DELETE /v1/tenants/acme/invocations/a1",
    "schedule create mask --cron x,  POST /v1/tenants/acme/schedules",
    "schedule list,                  GET /v1/tenants/acme/schedules",
    "schedule show nightly,          GET /v1/tenants/acme/schedules/nightly",
    "schedule next nightly,          GET /v1/tenants/acme/schedules/nightly/next?count=5",
    "schedule pause nightly,         POST /v1/tenants/acme/schedules/nightly:pause",
    "schedule resume nightly,        POST /v1/tenants/acme/schedules/nightly:resume",
    "schedule delete nightly,        DELETE /v1/tenants/acme/schedules/nightly",
    "invocations list --function f,  GET /v1/tenants/acme/invocations?limit=50&function=f",
    "dead-letters list --function f, GET /v1/tenants/acme/dead-letters?function=f&limit=50",
    "dead-letters show a1,           GET /v1/tenants/acme/dead-letters/a1",
    "dead-letters redrive a1 --to v2, POST /v1/tenants/acme/dead-letters:redrive",
    "dead-letters purge a1 --yes,    POST /v1/tenants/acme/dead-letters:purge",
    "delete mask,                    DELETE /v1/tenants/acme/functions/mask",
    "delete mask --yes,              DELETE /v1/tenants/acme/functions/mask",
  })
  void verb_makesItsRequest_andPrintsEveryFormat(String line, String request) {
    server.answer("listModules", 200, "{\"items\":[]}");
    server.answer("searchModules", 200, "{\"items\":[]}");
    for (String format : new String[] {"table", "json", "yaml"}) {
      server.requests().clear();

      Cli.Result result = cli.run((Object[]) (line + " -o " + format).split(" ", -1));

      assertThat(result.exitCode()).as(result.err()).isZero();
      assertThat(result.err()).isEmpty();
      assertThat(result.out()).isNotBlank();
      assertThat(server.requests())
          .extracting(RecordingServer.Request::line)
          .containsExactly(request);
      if (format.equals("json")) {
        assertThat(result.json().isContainerNode()).isTrue();
      }
    }
  }

  @Test
  void cluster_isATableOfItsNodes_andAnArrayInJson() {
    Cli.Result table = cli.run("cluster");
    Cli.Result json = cli.run("cluster", "-o", "json");

    assertThat(table.out().lines())
        .containsExactly(
            "NAME    ROLES                     ADDRESS               CLUSTER ADDRESS  STATE  VERSION  IN"
                + " FLIGHT  CAPACITY  CLOCK SKEW MILLIS",
            "node-1  gateway,scheduler,worker  http://10.0.0.7:8080  10.0.0.7:7000    ready  0.1.0    3 "
                + "         16        2");
    assertThat(json.json().isArray()).isTrue();
    assertThat(json.json().get(0).path("name").asText()).isEqualTo("node-1");
    assertThat(json.json().get(0).path("inFlight").asInt()).isEqualTo(3);
  }

  @ParameterizedTest
  @CsvSource({
    "listInvocations, invocations",
    "listFunctionLogs, logs mask",
  })
  void tablesOfWhatRan_nameVersionsAsCommandsTakeThem(String operation, String line) {
    server.answer(operation, 200, "{\"items\":[{\"version\":3}],\"last\":\"1\"}");

    assertThat(cli.run((Object[]) line.split(" ", -1)).out()).containsPattern(" v3\\s");
    assertThat(cli.run((Object[]) (line + " -o json").split(" ", -1)).json().at("/0/version"))
        .hasToString("3");
  }

  @ParameterizedTest
  @CsvSource({"listInvocations, invocations", "listTenantAudit, audit list"})
  void times_areInstantsOrHowLongAgo(String operation, String line) {
    Instant dayAgo = Instant.now().minus(Duration.ofDays(1));

    cli.run((Object[]) (line + " --since 24h --until 2026-01-31T12:00:00Z").split(" ", -1));

    String sent = URLDecoder.decode(server.only(operation).line(), StandardCharsets.UTF_8);
    assertThat(sent).endsWith("&until=2026-01-31T12:00:00Z");
    assertThat(Instant.parse(sent.replaceAll(".*&since=([^&]+)&.*", "$1")))
        .isBetween(dayAgo, Instant.now().minus(Duration.ofDays(1)));
  }

  @ParameterizedTest
  @CsvSource({
    "listInvocations, endedAt, invocations",
    "listInvocations, endedAt, invocations list",
    "listDeadLetters, endedAt, dead-letters list",
    "listTenantAudit, time, audit list",
  })
  void listWithMore_saysHowToSeeIt(String operation, String time, String line) {
    String items = "{\"items\":[{\"%s\":\"2026-01-31T12:00:00Z\"}]".formatted(time);
    server.answer(operation, 200, items + ",\"next\":\"bWFzaw\"}");

    Cli.Result more = cli.run((Object[]) line.split(" ", -1));
    server.answer(operation, 200, items + "}");
    Cli.Result all = cli.run((Object[]) line.split(" ", -1));

    assertThat(more.err())
        .isEqualTo(
            "These are the newest 1, and there are more: --limit shows up to 200, --until 2026-01-31T12:00:00Z those before.\n");
    assertThat(more.out()).isEqualTo(all.out());
    assertThat(all.err()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "redriveDeadLetters, dead-letters redrive --function f, redrive, redriven",
    "purgeDeadLetters, dead-letters purge --function f --yes, remove, removed",
  })
  void deadLettersDryRun_saysWhatItWouldBe(String operation, String line, String verb, String did) {
    server.answer(operation, 200, "{\"done\":500,\"left\":1501}");

    Cli.Result people = cli.run((Object[]) (line + " --dry-run").split(" ", -1));
    Cli.Result json = cli.run((Object[]) (line + " --dry-run -o json").split(" ", -1));

    assertThat(people.out()).isEqualTo("would " + verb + " 2001\n");
    assertThat(json.json()).hasToString("{\"dryRun\":true,\"" + did + "\":0,\"left\":2001}");
    assertThat(server.requests()).allMatch(sent -> sent.json().path("dryRun").asBoolean());
  }

  @ParameterizedTest
  @CsvSource({
    "redriveDeadLetters, dead-letters redrive a1, redriven",
    "purgeDeadLetters, dead-letters purge a1 --yes, removed",
  })
  void deadLettersProgress_isShownOnATerminalAlone(String operation, String line, String did) {
    server.answer(operation, 200, "{\"done\":0,\"left\":7}");

    Cli.Result redirected = cli.run((Object[]) line.split(" ", -1));
    Cli.Result json = cli.run((Object[]) (line + " -o json").split(" ", -1));
    Cli.Result watched = cli.atATerminal("").run((Object[]) line.split(" ", -1));

    assertThat(redirected.err()).isEmpty();
    assertThat(json.json()).hasToString("{\"" + did + "\":0,\"left\":7,\"dryRun\":false}");
    assertThat(watched.err()).isEqualTo(did + " 0, left 7\n");
  }

  @Test
  void deadLetter_bodyOfText_isShownAsItWasSent() {
    server.answer(
        "getDeadLetter",
        200,
        "{\"id\":\"a\",\"version\":3,\"input\":{\"method\":\"POST\",\"body\":\"eyJhIjoxfQ==\"}}");

    assertThat(cli.run("dead-letters", "show", "a").out()).contains("{\"a\":1}");
    assertThat(cli.run("dead-letters", "show", "a", "-o", "json").json().at("/input/body"))
        .hasToString("\"eyJhIjoxfQ==\"");
  }

  @Test
  void deadLetter_bodyOfOtherBytes_staysInBase64() {
    server.answer(
        "getDeadLetter", 200, "{\"id\":\"a\",\"version\":3,\"input\":{\"body\":\"wwA=\"}}");

    assertThat(cli.run("dead-letters", "show", "a").out()).contains("wwA=");
  }

  @Test
  void cancel_ofWhatHasEnded_saysSo() {
    server.answer("cancelInvocation", 200, "{\"id\":\"a\",\"version\":3,\"state\":\"done\"}");

    Cli.Result ended = cli.run("invocations", "cancel", "a");

    assertThat(ended.exitCode()).isZero();
    assertThat(ended.err()).isEqualTo("It has ended: done\n");
  }

  @Test
  void invocation_namesItsVersionAsCommandsTakeIt() {
    server.answer("getInvocation", 200, "{\"id\":\"a\",\"version\":3}");

    assertThat(cli.run("invocations", "show", "a").out()).isEqualTo("id       a\nversion  v3\n");
    assertThat(cli.run("invocations", "show", "a", "-o", "json").json().path("version").asInt())
        .isEqualTo(3);
  }

  @Test
  void tokenCreate_printsTheTokenAlone() {
    Cli.Result result =
        cli.run("token", "create", "--tenant", "b", "--role", "developer", "--ttl", "2h");

    assertThat(result.out()).isEqualTo("eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJjaSJ9.c2lnbmF0dXJl\n");
    RecordingServer.Request request = server.only("createToken");
    assertThat(request.line()).isEqualTo("POST /v1/tenants/b/tokens");
    assertThat(request.json()).hasToString("{\"roles\":[\"developer\"],\"ttlSeconds\":7200}");
  }

  @Test
  void tokenCreate_forSomeFunctions_sendsTheirNames() {
    cli.run("token", "create", "--role", "invoker", "--functions", "mask,report-*");

    assertThat(server.only("createToken").json())
        .hasToString(
            "{\"roles\":[\"invoker\"],\"functions\":[\"mask\",\"report-*\"],\"ttlSeconds\":3600}");
  }

  @Test
  void signingKeyRotate_sendsTheOverlapInSeconds() {
    cli.run("signing-key", "rotate", "--overlap", "24h");

    assertThat(server.only("rotateSigningKey").json()).hasToString("{\"overlapSeconds\":86400}");
  }

  @Test
  void connectionCreate_sendsThePasswordOfItsFile_andNotItsLineEnd() throws IOException {
    Path password = Files.writeString(directory.resolve("password"), "hunter2\n");

    assertThat(
            cli.run(
                    "connection",
                    "create",
                    "b",
                    "main",
                    "--url",
                    "jdbc:postgresql://db/orders",
                    "--user",
                    "u",
                    "--password-file",
                    password.toString())
                .out())
        .doesNotContain("hunter2");

    assertThat(server.only("createConnection").line()).isEqualTo("POST /v1/tenants/b/connections");
    assertThat(server.only("createConnection").json())
        .hasToString(
            "{\"name\":\"main\",\"url\":\"jdbc:postgresql://db/orders\",\"user\":\"u\",\"password\":\"hunter2\"}");
  }

  @Test
  void scheduleCreate_sendsWhatItIsToCallWith() throws IOException {
    Path data = Files.writeString(directory.resolve("in.json"), "{}");

    Cli.Result result =
        cli.run(
            "schedule",
            "create",
            "mask:live",
            "--cron",
            "30 2 * * 1-5",
            "--tz",
            "Europe/Berlin",
            "--missed",
            "all",
            "--id",
            "nightly",
            "--data",
            "@" + data);

    assertThat(result.err()).isEmpty();
    assertThat(server.only("createSchedule").json())
        .hasToString(
            "{\"function\":\"mask:live\",\"cron\":\"30 2 * * 1-5\",\"timeZone\":\"Europe/Berlin\",\"missed\":\"all\",\"contentType\":\"application/json\",\"data\":\"e30=\",\"id\":\"nightly\"}");
  }

  @Test
  void issuerAdd_sendsItsRules() {
    Cli.Result result =
        cli.run(
            "issuer",
            "add",
            "b",
            "corp",
            "--issuer",
            "https://id.example.com",
            "--jwks",
            "https://id.example.com/jwks",
            "--audience",
            "leat-b",
            "--map",
            "https://x/roles=a:b=c:developer",
            "--map",
            "groups=all:invoker");

    assertThat(result.err()).isEmpty();
    assertThat(server.only("addIssuer").line()).isEqualTo("POST /v1/tenants/b/issuers");
    assertThat(server.only("addIssuer").json())
        .hasToString(
            "{\"name\":\"corp\",\"issuer\":\"https://id.example.com\","
                + "\"jwks\":\"https://id.example.com/jwks\",\"audience\":\"leat-b\",\"roles\":["
                + "{\"claim\":\"https://x/roles\",\"value\":\"a:b=c\",\"role\":\"developer\"},"
                + "{\"claim\":\"groups\",\"value\":\"all\",\"role\":\"invoker\"}]}");
    assertThat(cli.run("issuer", "add", "b", "c", "--map", "x").err()).contains("CLAIM=VALUE:ROLE");
  }

  @Test
  void secret_isSentAsItIs_fromAFileOrStandardInput() throws IOException {
    byte[] value = {0, 'k', '\n', (byte) 0xff};
    Path file = Files.write(directory.resolve("key"), value);

    Cli.Result set = cli.run("secret", "set", "stripe-key", "--from-file", file);
    assertThat(set.err()).isEmpty();
    assertThat(server.only("setSecret").line())
        .isEqualTo("PUT /v1/tenants/acme/secrets/stripe-key");
    assertThat(server.only("setSecret").body()).isEqualTo(value);
    assertThat(set.out()).isEqualTo("Set secret stripe-key, version 2, 32 bytes\n");

    server.requests().clear();
    Cli.Result rotated =
        cli.withInput("sk_in")
            .run("secret", "rotate", "stripe-key", "--from-file", "-", "-o", "json");
    assertThat(server.only("setSecret").body()).isEqualTo("sk_in".getBytes(StandardCharsets.UTF_8));
    assertThat(server.only("setSecret").header("if-match")).isEqualTo("*");
    assertThat(rotated.json().path("version").asInt()).isEqualTo(2);
    assertThat(rotated.out()).doesNotContain("sk_in");
  }

  @Test
  void secret_thatCannotBeRead_isNotSent() throws IOException {
    Path large = Files.write(directory.resolve("large"), new byte[(64 << 10) + 1]);

    assertThat(cli.run("secret", "set", "a", "--from-file", large).err())
        .contains("too large: at most 65536 bytes");
    assertThat(cli.run("secret", "set", "a", "--from-file", directory.resolve("none")).err())
        .contains("it does not exist");
    Cli.Result inArguments = cli.run("secret", "set", "a", "sk_live");
    assertThat(inArguments.exitCode()).isEqualTo(2);
    assertThat(inArguments.err()).contains("--from-file");
    assertThat(server.requests()).isEmpty();
  }

  @Test
  void issuerList_showsWhichClaimsGiveWhichRoles() {
    server.answer(
        "listIssuers",
        200,
        """
        {"items": [{"name": "corp", "issuer": "https://i", "audience": "a", "jwks": "https://j",
          "createdAt": "2026-01-01T00:00:00Z", "roles": [
            {"claim": "groups", "value": "staff", "role": "developer"},
            {"claim": "groups", "value": "all", "role": "invoker"}]}]}
        """);

    assertThat(cli.run("issuer", "list").out())
        .contains("ROLES", "groups=staff:developer,groups=all:invoker");
    assertThat(cli.run("issuer", "list", "-o", "json").json().findValuesAsText("claim"))
        .containsExactly("groups", "groups");
  }

  @Test
  void tokenList_saysAllWhereATokenIsForAllFunctions() {
    server.answer(
        "listTokens",
        200,
        """
        {"items": [{"id": "1", "subject": "a", "roles": ["invoker"], "functions": ["mask", "r-*"],
          "issuedAt": "2026-01-01T00:00:00Z", "expiresAt": "2027-01-01T00:00:00Z", "revoked": false},
          {"id": "2", "subject": "b", "roles": ["invoker"],
          "issuedAt": "2026-01-01T00:00:00Z", "expiresAt": "2027-01-01T00:00:00Z", "revoked": false}]}
        """);

    assertThat(cli.run("token", "list").out()).contains("  mask,r-*  ", "  all  ");
    assertThat(cli.run("token", "list", "-o", "json").json().path(1).has("functions")).isFalse();
  }

  @Test
  void tokenCreate_forAnOperator_isOfNoTenantAndHasNoOtherRole() {
    cli.run("token", "create", "--role", "operator", "--subject", "ann", "--ttl", "1d");

    assertThat(server.only("createOperatorToken").json())
        .hasToString("{\"ttlSeconds\":86400,\"subject\":\"ann\"}");
    Cli.Result two = cli.run("token", "create", "--role", "operator", "--role", "invoker");
    assertThat(two.exitCode()).isEqualTo(2);
    assertThat(two.err()).contains("no other role");
  }

  @Test
  void whoami_saysAlsoWhatTheTokenLeavesOpen() {
    server.answer(
        "whoAmI",
        200,
        """
        {"subject": "operator", "roles": ["operator"], "tokenId": "t-1",
         "expiresAt": "2027-01-31T13:00:00Z"}
        """);

    assertThat(cli.run("whoami").out().lines())
        .containsExactly(
            "subject    operator",
            "roles      operator",
            "tenant     none: an operator of the platform",
            "functions  all",
            "issuer     this installation",
            "tokenId    t-1",
            "expiresAt  2027-01-31T13:00:00Z");
    assertThat(cli.run("whoami", "-o", "json").json().has("tenant")).isFalse();
  }

  @Test
  void tokenList_showsWhoMayWhatUntilWhen() {
    assertThat(cli.run("token", "list").out())
        .startsWith("ID ")
        .contains("SUBJECT", "ROLES", "FUNCTIONS", "ISSUED AT", "EXPIRES AT", "REVOKED", "false");
  }

  @Test
  void quotaSet_sendsNumbers() {
    cli.run("quota", "set", "acme", "requests-per-second=1000", "burst=2000");

    assertThat(server.only("setQuota").json())
        .hasToString("{\"requests-per-second\":1000,\"burst\":2000}");
  }

  @Test
  void tenantPowers_sendsAList() {
    server.answer("getPowers", 200, "{\"allow\":[\"http\"],\"privateAddresses\":[\"10.0.0.1\"]}");
    cli.run("tenant", "powers", "acme", "--allow", "logging,http", "--private", "none");
    cli.run("tenant", "powers", "acme", "--allow", "all");
    cli.run("tenant", "powers", "acme", "--private", "10.1.0.0/16,[fd00::1]:80");

    assertThat(server.requests())
        .filteredOn(request -> request.operation().equals("setPowers"))
        .extracting(request -> request.json().toString())
        .containsExactly(
            "{\"allow\":[\"logging\",\"http\"],\"privateAddresses\":[]}",
            "{\"privateAddresses\":[\"10.0.0.1\"]}",
            "{\"allow\":[\"http\"],\"privateAddresses\":[\"10.1.0.0/16\",\"[fd00::1]:80\"]}");
  }

  @Test
  void quotaSet_ofAFunction_orTheDefault_goesThere() {
    server.answer("getFunctionQuota", 200, "{}");
    server.answer("setFunctionQuota", 200, "{}");
    server.answer("getDefaultQuota", 200, "{}");
    server.answer("setDefaultQuota", 200, "{}");

    cli.run("quota", "set", "b", "burst=1", "--function", "mask");
    cli.run("quota", "set", "burst=1", "--function", "mask", "--tenant", "b");
    assertThat(cli.run("quota", "set", "--default", "burst=1").out())
        .isEqualTo("There are no default quotas.\n");

    assertThat(server.requests())
        .extracting(RecordingServer.Request::line)
        .containsExactly(
            "PUT /v1/tenants/b/functions/mask/quota",
            "GET /v1/tenants/b/functions/mask/quota",
            "PUT /v1/tenants/b/functions/mask/quota",
            "GET /v1/tenants/b/functions/mask/quota",
            "PUT /v1/quota",
            "GET /v1/quota");
    assertThat(cli.run("quota", "set", "b", "--default", "burst=1").exitCode()).isEqualTo(2);
    assertThat(cli.run("quota", "set", "b").exitCode()).isEqualTo(2);
    assertThat(cli.run("quota", "set", "b", "burst").exitCode()).isEqualTo(2);
    assertThat(cli.run("quota", "set", "b", "burst=many").err())
        .contains("burst", "it must be a whole number or 'none', was 'many'");
  }

  @Test
  void quotaSet_none_clears_asMinusOneDoes() {
    cli.run("quota", "set", "acme", "burst=none", "concurrency=-1");

    assertThat(server.only("setQuota").json()).hasToString("{\"burst\":-1,\"concurrency\":-1}");
  }

  @Test
  void quotas_notYetEnforced_areShownAsSuch() {
    String document =
        """
        {"burst":5,"notYetEnforced":["outbound-per-hour"],"standing":[\
        {"quota":"fuel-per-hour","level":"default","limit":50,"enforced":true,"used":60.5,"left":-10.5,"resetsSeconds":90},\
        {"quota":"burst","level":"tenant","limit":5,"enforced":true},\
        {"quota":"outbound-per-hour","level":"tenant","limit":7,"enforced":false}]}\
        """;
    server.answer("getQuota", 200, document);

    assertThat(cli.run("quota", "show", "acme").out())
        .isEqualTo(
            """
            QUOTA              LIMIT  LEVEL                      USED  LEFT   RESETS
            fuel-per-hour      50     default                    60.5  -10.5  in 90s
            burst              5      tenant                     -     -      -
            outbound-per-hour  7      tenant (not yet enforced)  -     -      -
            """);
    assertThat(cli.run("quota", "show", "acme", "-o", "json").json()).hasToString(document);
  }

  @Test
  void quotas_none_areTold() {
    server.answer("getQuota", 200, "{}");
    server.answer("setQuota", 200, "{}");
    String told = "Tenant 'acme' has no quotas: only the platform limits it.\n";

    assertThat(cli.run("quota", "show")).isEqualTo(new Cli.Result(0, told, ""));
    assertThat(cli.run("quota", "set", "acme", "burst=none"))
        .isEqualTo(new Cli.Result(0, told, ""));
    assertThat(cli.run("quota", "show", "-o", "json").json()).hasToString("{}");
  }

  @ParameterizedTest
  @CsvSource({
    "delete mask,             Delete function 'mask' of tenant 'acme' with all its versions?",
    "tenant delete b,         'Delete tenant ''b'' with its functions, modules, keys and tokens?'",
    "module delete " + DIGEST + ", Delete module " + DIGEST + "?",
  })
  void delete_atATerminal_asksFirst(String line, String question) {
    for (String no : new String[] {"", "\n", "n\n", "yesterday\n", "x".repeat(5_000)}) {
      Cli.Result refused = cli.atATerminal(no).run((Object[]) line.split(" ", -1));

      assertThat(refused.exitCode()).isEqualTo(1);
      assertThat(refused.err()).startsWith(question + " [y/N] ").contains("Nothing was deleted");
    }
    assertThat(server.requests()).isEmpty();

    assertThat(cli.atATerminal("y\n").run((Object[]) line.split(" ", -1)).exitCode()).isZero();
    Cli.Result unasked = cli.atATerminal("").run((Object[]) (line + " --yes").split(" ", -1));
    assertThat(unasked.exitCode()).isZero();
    assertThat(unasked.err()).isEmpty();
    assertThat(server.requests()).hasSize(2);
  }

  @Test
  void tokenCreate_intoAFile_isReadByItsOwnerAloneAndNotPrinted() throws IOException {
    Path file = Files.writeString(directory.resolve("acme.token"), "the last one");

    for (String format : new String[] {"table", "json", "yaml"}) {
      Cli.Result result =
          cli.run("token", "create", "--role", "invoker", "--out", file, "-o", format);

      assertThat(result.exitCode()).as(result.err()).isZero();
      assertThat(result.out()).contains(file.toString(), "2026-").doesNotContain("eyJ");
      assertThat(file).content().startsWith("eyJ").endsWith("\n");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
          .isEqualTo("rw-------");
    }
  }

  @Test
  void list_asTable_alignsColumns() {
    server.answer(
        "listFunctions",
        200,
        """
        {"items":[{"function":"mask","label":"v1","createdAt":"t","url":"u","module":"m"},
                  {"function":"a","label":"v12","createdAt":"t","url":"u\\u001b[2J\\n","module":"m"}]}
        """);

    assertThat(cli.run("list").out())
        .isEqualTo(
            """
            FUNCTION  LABEL  CREATED AT  URL     MODULE
            mask      v1     t           u       m
            a         v12    t           u?[2J?  m
            """);
  }

  @Test
  void show_asTable_printsTheManifestAsYaml() {
    assertThat(cli.run("show", "mask").out())
        .startsWith("tenant     acme\nfunction   mask\n")
        .contains(
            "\nmanifest:\n  apiVersion: leat/v1\n  kind: Function\n  metadata:\n    name: mask");
  }

  @Test
  void permissionsSet_sendsTypesAndResources() {
    cli.run("permissions", "set", "mask", "logging", "http:read=https://a.example/x=y/**");
    cli.run("permissions", "set", "mask", "--none");

    assertThat(server.requests())
        .extracting(request -> request.json().toString())
        .containsExactly(
            "{\"permissions\":[{\"type\":\"logging\"},"
                + "{\"type\":\"http:read\",\"resource\":\"https://a.example/x=y/**\"}]}",
            "{\"permissions\":[]}");
    assertThat(cli.run("permissions", "set", "mask").exitCode()).isEqualTo(2);
    assertThat(cli.run("permissions", "set", "mask", "logging", "--none").exitCode()).isEqualTo(2);
  }

  @Test
  void permissionsShow_printsBothSides() {
    assertThat(cli.run("permissions", "show", "mask").out())
        .isEqualTo(
            """
            FROM         TYPE        RESOURCE
            manifest     logging     *
            manifest     http:read   https://api.example.com
            manifest     http:write  https://api.example.com
            permissions  http:read   https://api.example.com/**
            Granted by the manifest in vain: logging, http:write
            """);
    server.answer(
        "getPermissions",
        200,
        "{\"function\":\"mask\",\"manifest\":[],\"powers\":[],\"denied\":[]}");
    assertThat(cli.run("permissions", "show", "mask").out())
        .endsWith("No permissions are set: what the manifest grants holds.\n");
  }

  @Test
  void capsSuggest_isYamlForTheManifest_withWhatIsLeftOut() {
    assertThat(cli.run("caps", "suggest", "enrich").out())
        .isEqualTo(
            """
            # What enrich used since 2026-01-25, of the manifest of v3.
            # Not used: metrics, http.allow[https://*.example.org]
              capabilities:
                http: {"allow":["https://api.example.com"],"perMinute":60}
                keyValue: {"namespace":"default","ttlMax":"24h"}
            """);
    assertThat(cli.run("caps", "used", "enrich").out())
        .isEqualTo(
            """
            TYPE           RESOURCE                 ALLOWED  DENIED
            http:read      https://api.example.com  81       0
            keyvalue:read  default/rate:*           1200     0
            """);
  }

  @Test
  void permissionsCheck_saysWhatDenies() {
    Cli.Result result =
        cli.run("permissions", "check", "mask", "http:read", "https://a.example/x?y=1 2");

    assertThat(result.out())
        .isEqualTo("denied: the function's permissions do not allow it (leat permissions set)\n");
    assertThat(server.only("checkPermission").line())
        .isEqualTo(
            "GET /v1/tenants/acme/functions/mask/permissions:check"
                + "?type=http:read&resource=https:%2F%2Fa.example%2Fx%3Fy%3D1%202");
  }

  @Test
  void traffic_sendsPerCentByLabel() {
    cli.run("traffic", "mask", "v1=99.5", "v2=0.5", "--sticky-cookie", "session");
    RecordingServer.Request request = server.only("setTraffic");

    assertThat(request.json())
        .hasToString(
            "{\"weights\":{\"v1\":99.5,\"v2\":0.5},"
                + "\"sticky\":{\"by\":\"cookie\",\"name\":\"session\"}}");
    assertThat(cli.run("traffic", "mask", "--sticky-header", "a", "--not-sticky").exitCode())
        .isEqualTo(2);
  }

  @Test
  void traffic_onlySticky_keepsTheWeightsAsTheyWereRead() {
    cli.run("traffic", "mask", "--not-sticky");

    assertThat(server.requests())
        .extracting(RecordingServer.Request::operation)
        .containsExactly("getTraffic", "setTraffic");
    assertThat(server.requests().getLast().json())
        .hasToString("{\"weights\":{\"v1\":90,\"v2\":10},\"sticky\":{\"by\":\"none\"}}");
  }

  @Test
  void rolloutStart_sendsItsStepsAndInterval() {
    cli.run("rollout", "start", "mask", "--to", "v3", "--steps", "0.5,100", "--interval", "2m");

    assertThat(server.only("startRollout").json())
        .hasToString("{\"to\":\"v3\",\"steps\":[0.5,100],\"intervalSeconds\":120}");
  }

  @Test
  void rolloutStart_saysWhichStrategy() {
    cli.run("rollout", "start", "mask", "--to", "v3", "--canary");
    cli.run("rollout", "start", "mask", "--to", "v3", "--strategy", "blue-green", "--keep", "1h");

    assertThat(server.requests())
        .extracting(request -> request.json().toString())
        .containsExactly(
            "{\"to\":\"v3\",\"strategy\":\"canary\"}",
            "{\"to\":\"v3\",\"strategy\":\"blue-green\",\"keepSeconds\":3600}");
    assertThat(
            cli.run("rollout", "start", "m", "--to", "v3", "--canary", "--strategy", "rolling")
                .exitCode())
        .isEqualTo(2);
  }

  @Test
  void rolloutStatus_ofACanary_isATableOfItsFigures_andOneDocumentInJson() {
    assertThat(cli.run("rollout", "status", "mask").out().lines())
        .contains("verdict          pass", "controlCalls     5000")
        .contains(
            "CHECK        CONTROL  CANARY  VERDICT  REASON",
            "error-share  0.0102   0.0098  pass     0.98% of 5001 calls failed, of the old version's 1.02% of 5000");
    assertThat(
            cli.run("rollout", "status", "mask", "-o", "json")
                .json()
                .at("/verdict/checks/0/canary"))
        .hasToString("0.0098");
  }

  @Test
  void update_deploysWithoutTraffic_andReleases(@TempDir Path directory) throws IOException {
    Path manifest = Files.writeString(directory.resolve("leat.yaml"), manifest("mask"));
    server.answer("deployFunction", 201, "{\"function\":\"mask\",\"label\":\"v3\"}");

    Cli.Result result =
        cli.run("update", "mask", "-f", manifest, "--strategy", "canary", "--interval", "1m");

    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(server.requests())
        .extracting(RecordingServer.Request::line)
        .containsExactly(
            "GET /v1/tenants/acme/functions/mask/traffic",
            "PUT /v1/tenants/acme/functions/mask?no-traffic=true",
            "GET /v1/tenants/acme/functions/mask/traffic",
            "POST /v1/tenants/acme/functions/mask/rollout");
    assertThat(server.requests().getLast().json())
        .hasToString(
            "{\"to\":\"v3\",\"strategy\":\"canary\",\"intervalSeconds\":60,\"replace\":true}");
    assertThat(cli.run("update", "other", "-f", manifest).exitCode()).isEqualTo(2);
  }

  @Test
  void update_ofWhatHasNoTraffic_givesItAll_andOfWhatHasAll_changesNothing(@TempDir Path directory)
      throws IOException {
    Path manifest = Files.writeString(directory.resolve("leat.yaml"), manifest("mask"));
    server.answer("deployFunction", 201, "{\"function\":\"mask\",\"label\":\"v1\"}");
    server.answer("getTraffic", 200, "{\"weights\":{}}");
    assertThat(cli.run("update", "mask", "-f", manifest).out())
        .isEqualTo("mask v1 has all the traffic: nothing else had any\n");
    assertThat(server.requests().getLast().line()).isEqualTo("PUT /v1/tenants/acme/functions/mask");

    server.answer("getTraffic", 200, "{\"weights\":{\"v1\":100}}");
    assertThat(cli.run("update", "mask", "-f", manifest).out())
        .isEqualTo("mask v1 has all the traffic already\n");
  }

  private static String manifest(String name) {
    return """
    apiVersion: leat/v1
    kind: Function
    metadata: {name: %s}
    spec: {module: %s, contract: handler}
    """
        .formatted(name, DIGEST);
  }

  @Test
  void rollback_saysWhereTheTrafficGoes() {
    server.answer(
        "rollbackFunction", 200, "{\"function\":\"mask\",\"revision\":4,\"weights\":{\"v1\":100}}");

    assertThat(cli.run("rollback", "mask").out()).isEqualTo("mask v1\n");
    assertThat(cli.run("rollback", "mask", "--to", "v1", "-o", "json").json().path("revision"))
        .hasToString("4");
    assertThat(server.requests())
        .extracting(request -> request.json().toString())
        .containsExactly("{}", "{\"to\":\"v1\"}");
  }

  @Test
  void versions_showsWhatEachHas() {
    assertThat(cli.run("versions", "mask").out().lines().findFirst().orElseThrow())
        .containsSubsequence("LABEL", "TRAFFIC", "ALIASES", "CREATED AT", "AUTHOR", "NOTE");
  }

  @Test
  void diff_showsWhatDiffers() {
    String version =
        "{\"tenant\":\"acme\",\"function\":\"mask\",\"version\":%d,\"label\":\"v%d\",\"module\":\""
            + DIGEST
            + "\",\"createdAt\":\"2026-01-31T12:00:00Z\",\"url\":\"u\",\"manifest\":{\"spec\":%s}}";
    String versions = "GET /v1/tenants/acme/functions/mask/versions/";
    server.answerLine(
        versions + "v2", version.formatted(2, 2, "{\"limits\":{\"fuel\":1,\"memory\":\"1Mi\"}}"));
    server.answerLine(
        versions + "v3",
        version.formatted(
            3,
            3,
            "{\"limits\":{\"fuel\":2,\"memory\":\"1Mi\"},"
                + "\"capabilities\":{\"http\":{\"allow\":[\"a\",\"b\"]}}}"));

    assertThat(cli.run("diff", "mask", "v2", "v3").out())
        .isEqualTo(
            """
            AT                            v2  v3
            spec.capabilities.http.allow  -   ["a","b"]
            spec.limits.fuel              1   2
            """);
    assertThat(cli.run("diff", "mask", "v3", "v2", "-o", "json").json().get(1))
        .hasToString("{\"at\":\"spec.limits.fuel\",\"from\":\"2\",\"to\":\"1\"}");
    assertThat(cli.run("diff", "mask", "v2", "v2").out()).isEqualTo("v2 and v2 say the same.\n");
  }

  @Test
  void list_asJson_isAnArray() {
    server.answer("listTenants", 200, "{\"items\":[{\"name\":\"a\"},{\"name\":\"b\"}]}");

    assertThat(cli.run("tenant", "list", "-o", "json").json())
        .hasToString("[{\"name\":\"a\"},{\"name\":\"b\"}]");
  }

  @Test
  void list_ofMorePagesThanAreShown_isRefused() {
    String items = String.join(",", Collections.nCopies(5_000, "{}"));
    server.answer("listTenants", 200, "{\"items\":[" + items + "],\"next\":\"x y\"}");

    assertThat(cli.run("tenant", "list").err()).contains("longer than 10000 items");
    assertThat(server.requests())
        .extracting(RecordingServer.Request::line)
        .containsExactly(
            "GET /v1/tenants", "GET /v1/tenants?cursor=x%20y", "GET /v1/tenants?cursor=x%20y");
  }

  @Test
  void bodyThatTheDocumentForbids_isNotedByTheServer() {
    assertThat(cli.run("tenant", "create", "Acme").err())
        .contains("The document does not allow POST /v1/tenants");
  }

  @Test
  void tenant_ofTheEnvironment_isUsedUnlessNamed() {
    cli.with("LEAT_TENANT", "e");

    cli.run("list");
    cli.run("list", "--tenant", "t");

    assertThat(server.requests())
        .extracting(RecordingServer.Request::line)
        .containsExactly("GET /v1/tenants/e/functions", "GET /v1/tenants/t/functions");
  }

  @Test
  void problem_isOneLineOnStandardError() {
    server.refuse("getFunction", 404, "function-not-found", "There is no function 'x'.");

    Cli.Result result = cli.run("show", "x", "-o", "json");

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.out()).isEmpty();
    assertThat(result.err()).isEqualTo("There is no function 'x'.\n");
  }

  @Test
  void problemWithOneFinding_saysItOnce() {
    server.answer(
        "setQuota",
        400,
        """
        {"detail":"No quota 'x'","findings":[{"at":"x","message":"No quota 'x'"}]}
        """);

    assertThat(cli.run("quota", "set", "acme", "burst=1").err()).isEqualTo("No quota 'x'\n");
  }

  @Test
  void failureOfThePlatform_namesTheRequest() {
    server.refuse("getFunction", 500, "internal-error", "The platform failed");

    assertThat(cli.run("show", "x").err()).isEqualTo("The platform failed (request r-1)\n");
  }

  @Test
  void answerThatIsNoProblem_isToldByItsStatus() {
    server.answer("getFunction", 502, Map.of("Content-Type", "text/html"), "<html>bad</html>");
    assertThat(cli.run("show", "x").err()).contains("answered 502 without saying why");

    server.answer("getFunction", 200, Map.of("Content-Type", "text/html"), "<html>ok</html>");
    assertThat(cli.run("show", "x").err()).contains("something other than JSON");

    server.answer("getFunction", 302, Map.of("Location", server.uri() + "/v1/whoami"), "");
    assertThat(cli.run("show", "x").err()).contains("answered 302");
    assertThat(server.requests())
        .extracting(RecordingServer.Request::operation)
        .containsOnly("getFunction");
  }
}
