package dev.leat.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import com.sun.net.httpserver.HttpServer;
import dev.leat.node.NodeUnderTest.Workshop;
import dev.leat.testkit.DatabaseDump;
import dev.leat.testkit.Eventually;
import dev.leat.testkit.TestDatabase;
import dev.leat.worker.capability.http.OutboundConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Secrets from who sets them to the function that is told, and that nobody else is. */
@Timeout(180)
class SecretsIT {
  private static final String NAMED =
      "  route: {auth: public}\n  capabilities: {secrets: [stripe-key, later]}\n";

  /** Text, so that it is found in whatever form it might be written down. */
  private static final String ONE = "sk_live_4eC39HqLyjWDarjtT1zdp7dc";

  private static final String TWO = "sk_live_9aB7xQ2mVn5RtYwZ81LkPq3s";
  private static final String HEADER = "tok_live_Jq5Zr8Wc3TnYb6Hd1Vf0Xk";
  private static final String NEXT_HEADER = "tok_live_Pg7Ls2Km9UeRa4Bv8Ci6Od";
  private static final String LARGE = "sk_live_larger_than_it_may_be_".repeat(2_500);
  private static final String OLD_KEY = key(3);
  private static final String NEW_KEY = key(5);

  @TempDir private Path directory;

  @Test
  void onH2_aSecretIsNowhereButInItsFunction_andOutlivesItsNode() throws Exception {
    try (RunningNode node = RunningNode.start(embedded())) {
      assertNowhereElse(node, h2());
    }
    assertThat(Files.readString(directory.resolve("encryption.keys"))).startsWith("# ");
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(directory.resolve("encryption.keys"))))
        .isEqualTo("rw-------");
    assertThat(files()).isNotEmpty().allSatisfy(SecretsIT::assertHasNoSecret);

    try (RunningNode again = RunningNode.start(embedded())) {
      assertThat(told(again, "stripe-key")).isEqualTo(TWO);
    }
    Files.delete(directory.resolve("encryption.keys"));
    try (RunningNode lost = RunningNode.start(embedded())) {
      assertThat(told(lost, "stripe-key")).as("its key is gone").isEqualTo("-6");
      assertThat(set(lost, "stripe-key", ONE).status()).isEqualTo(200);
      assertThat(told(lost, "stripe-key")).isEqualTo(ONE);
    }
  }

  @Test
  void onPostgres_aSecretIsNowhereButInItsFunction() throws Exception {
    try (TestDatabase database = TestDatabase.postgres();
        RunningNode node = RunningNode.start(embedded().with(config(database)))) {
      assertNowhereElse(node, database.dataSource());
    }
  }

  /** Sets, reads, rotates, refuses and deletes, and looks everywhere for what was set. */
  private static void assertNowhereElse(RunningNode node, DataSource database) throws Exception {
    Kept log = Kept.everything();
    try {
      Workshop acme = node.workshop("acme");
      String developer = acme.token("developer");
      StringBuilder answers = new StringBuilder();

      Answered deployed = acme.tryDeploy("telling", Guests.telling(), NAMED);
      assertThat(deployed.text())
          .contains("names 'stripe-key', which is not set")
          .contains("leat secret set later --from-file F");
      assertThat(told(node, "stripe-key")).isEqualTo("-1");
      Answered first = set(node, "stripe-key", ONE);
      assertThat(first.status()).isEqualTo(201);
      assertThat(told(node, "stripe-key")).isEqualTo(ONE);
      assertThat(told(node, "unnamed")).isEqualTo("-2");

      for (Answered refused :
          List.of(
              set(node, "Not-A-Name", ONE),
              set(node, "large", LARGE),
              set(node, "empty", ""),
              acme.request("PUT", "/secrets/a").body(ONE).send(),
              acme.request("PUT", "/secrets/a").token(acme.token("invoker")).body(ONE).send(),
              acme.request("PUT", "/secrets/a").operator().json("\"" + ONE + "\"").send(),
              acme.request("PUT", "/secrets/stripe-key")
                  .operator()
                  .field("Content-Type", "application/octet-stream")
                  .field("If-Match", "\"7\"")
                  .body(ONE)
                  .send(),
              node.request("PUT", "/v1/tenants/nobody/secrets/a")
                  .token(developer)
                  .body(ONE)
                  .send())) {
        assertThat(refused.status()).as(refused.toString()).isBetween(400, 499);
        answers.append(refused.text());
      }

      Answered rotated = set(node, "stripe-key", TWO);
      assertThat(rotated.json().path("version").asInt()).isEqualTo(2);
      assertThat(told(node, "stripe-key")).isEqualTo(TWO);
      assertThat(set(node, "later", ONE).status()).isEqualTo(201);
      assertThat(told(node, "later")).isEqualTo(ONE);
      assertThat(acme.request("DELETE", "/secrets/later").token(developer).send().status())
          .isEqualTo(204);
      assertThat(told(node, "later")).isEqualTo("-1");

      assertGoesIntoRequests(node, acme, answers);

      Eventually.holds(
          "its calls are recorded",
          () ->
              get(acme, "/invocations").contains("telling")
                  && get(acme, "/invocations").contains("asking"));
      for (String below :
          List.of(
              "/secrets",
              "/secrets/stripe-key",
              "/audit",
              "/invocations",
              "/functions/telling",
              "/functions/telling/logs",
              "/functions/asking",
              "/functions/asking/capabilities",
              "/functions/asking/logs",
              "/quota",
              "/usage")) {
        answers.append(get(acme, below));
      }
      answers.append(first.text()).append(rotated.text());
      answers.append(node.request("GET", "/metrics").operator().send().text());
      answers.append(node.request("GET", "/v1/audit").operator().send().text());
      assertThat(answers.toString())
          .contains(
              "secret.set", "secret.rotate", "secret.delete", "leat_permission_denials_total");
      assertHasNoSecret(answers.toString());
      String dump = DatabaseDump.of(database);
      assertThat(dump).contains("secret.rotate", "telling", "stripe-key");
      assertHasNoSecret(dump);
      assertThat(log.text()).contains("acme/telling");
      assertHasNoSecret(log.text());
    } finally {
      log.stop();
    }
  }

  /** A server is told what its function is not. */
  private static void assertGoesIntoRequests(RunningNode node, Workshop acme, StringBuilder answers)
      throws IOException {
    List<String> received = new CopyOnWriteArrayList<>();
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          received.add(exchange.getRequestHeaders().getFirst("authorization"));
          exchange.sendResponseHeaders(204, -1);
          exchange.close();
        });
    server.start();
    try {
      String origin = "http://127.0.0.1:" + server.getAddress().getPort();
      acme.deploy(
          "asking",
          Guests.asking(origin + "/a"),
          "  route: {auth: public}\n  capabilities: {http: {allow: ['%s']}, secrets: [{name: api-token, header: Authorization, prefix: 'Bearer ', to: ['%s']}]}\n"
              .formatted(origin, origin));
      for (String value : List.of(HEADER, NEXT_HEADER)) {
        answers.append(set(node, "api-token", value).text());
        Answered answer = node.request("POST", "/f/acme/asking").send();
        assertThat(answer.status()).as(answer.text()).isEqualTo(204);
        answers.append(answer.text());
      }
      assertThat(received).containsExactly("Bearer " + HEADER, "Bearer " + NEXT_HEADER);
    } finally {
      server.stop(0);
    }
  }

  private static void assertHasNoSecret(String text) {
    Stream.of(ONE, TWO, HEADER, NEXT_HEADER, LARGE.substring(0, 30))
        .flatMap(DatabaseDump::forms)
        .forEach(form -> assertThat(text.contains(form)).as(form).isFalse());
  }

  @Test
  void configuredKeys_encryptThePlatformsOwn_andAreRotated() throws Exception {
    String token;
    try (RunningNode node = RunningNode.start(embedded())) {
      token = node.operatorToken();
      node.workshop("acme").deploy("telling", Guests.telling(), NAMED);
      assertThat(set(node, "stripe-key", ONE).status()).isEqualTo(201);
    }
    assertThat(signingKey()).doesNotStartWith("enc:");

    try (RunningNode node = RunningNode.start(under(OLD_KEY))) {
      assertThat(told(node, "stripe-key")).as("by the key that was kept").isEqualTo(ONE);
      node.node.assembly.encryptAnew();
    }
    String wrapped = signingKey();
    assertThat(wrapped).startsWith("enc:");
    Files.delete(directory.resolve("encryption.keys"));
    assertThatThrownBy(() -> Node.start(embedded()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("The signing-key ")
        .hasMessageContaining("encryption.key-file");
    assertThatThrownBy(() -> Node.start(under(NEW_KEY)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("Put that key back among the node's keys, after the first");

    try (RunningNode node = RunningNode.start(under(NEW_KEY + "\n" + OLD_KEY))) {
      assertThat(told(node, "stripe-key")).isEqualTo(ONE);
      node.node.assembly.encryptAnew();
    }
    assertThat(signingKey()).startsWith("enc:").isNotEqualTo(wrapped);
    try (RunningNode node = RunningNode.start(under(NEW_KEY))) {
      assertThat(told(node, "stripe-key")).isEqualTo(ONE);
      assertThat(node.operatorToken()).isEqualTo(token);
      assertThat(node.request("GET", "/v1/tenants").operator().send().status()).isEqualTo(200);
    }
  }

  @Test
  void inACluster_aRotationHoldsOnEveryNode_andANodeWithoutAKeyRefuses() throws Exception {
    try (TestDatabase database = TestDatabase.postgres();
        RunningNode one = RunningNode.start(member(database, "one", OLD_KEY));
        RunningNode two = RunningNode.start(member(database, "two", OLD_KEY, one))) {
      one.workshop("acme").deploy("telling", Guests.telling(), NAMED);
      Eventually.holds("both serve it", () -> told(two, "stripe-key").equals("-1"));

      for (String value : List.of(ONE, TWO, ONE)) {
        assertThat(set(one, "stripe-key", value).status()).isLessThan(300);
        Eventually.holds(
            "it is told on both",
            () -> told(one, "stripe-key").equals(value) && told(two, "stripe-key").equals(value));
      }

      assertThat(DatabaseDump.of(database.dataSource())).contains("enc:");
      try (RunningNode three = RunningNode.start(member(database, "three", "", one))) {
        throw new AssertionError("started without the key: " + three.port());
      } catch (UncheckedIOException e) {
        assertThat(e.getCause())
            .hasMessageContaining("The cluster-authority ")
            .hasMessageContaining("encryption.key-file");
      }
    }
    try (TestDatabase database = TestDatabase.postgres();
        RunningNode one = RunningNode.start(member(database, "one", ""))) {
      one.workshop("acme");
      Answered refused = set(one, "stripe-key", ONE);
      assertThat(refused.problem()).startsWith("503 encryption-key-missing");
      assertThat(refused.text()).contains("encryption.key-file");
    }
  }

  private NodeConfig embedded() {
    return NodeConfig.embedded(directory, NodeConfig.DEFAULT_HOST, 0)
        .with(OutboundConfig.DEFAULT.withPrivate("127.0.0.1"));
  }

  private NodeConfig under(String keys) {
    return embedded().with(new EncryptionConfig(new Secret(keys), ""));
  }

  private NodeConfig member(TestDatabase database, String name, String keys, RunningNode... others)
      throws SQLException {
    return RunningNode.member(directory, config(database), name, others)
        .with(new EncryptionConfig(new Secret(keys), ""));
  }

  private static DatabaseConfig config(TestDatabase database) throws SQLException {
    try (Connection connection = database.dataSource().getConnection()) {
      return new DatabaseConfig(
          connection.getMetaData().getURL(), "postgres", new Secret(""), DatabaseConfig.POOL_SIZE);
    }
  }

  private DataSource h2() {
    JdbcDataSource source = new JdbcDataSource();
    // As the node opens it: H2 gives those of one process the same database by its name.
    source.setURL(
        DatabaseConfig.embedded(directory).urlIn(ReservedFiles.PREFIX + DatabaseConfig.FILES));
    source.setUser("leat");
    return source;
  }

  private String signingKey() throws SQLException {
    try (Connection connection = h2().getConnection();
        var statement = connection.createStatement();
        var rows =
            statement.executeQuery(
                "SELECT private_key FROM token_keys WHERE verifies_until IS NULL")) {
      rows.next();
      return rows.getString(1);
    }
  }

  /** What is in the files of the data directory, byte by byte. */
  private List<String> files() throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      return all.filter(Files::isRegularFile).map(SecretsIT::content).toList();
    }
  }

  private static String content(Path file) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Answered set(RunningNode node, String name, String value) {
    return node.request("PUT", "/v1/tenants/acme/secrets/" + name)
        .operator()
        .field("Content-Type", "application/octet-stream")
        .body(value)
        .send();
  }

  private static String get(Workshop tenant, String below) {
    return tenant.request("GET", below).operator().send().text();
  }

  private static String told(RunningNode node, String name) {
    return node.request("POST", "/f/acme/telling").body(name).send().text();
  }

  private static String key(int number) {
    byte[] key = new byte[32];
    Arrays.fill(key, (byte) (number * 37));
    return Base64.getEncoder().encodeToString(key);
  }

  /** All that is logged in this JVM, at the finest level. */
  private static final class Kept extends AppenderBase<ILoggingEvent> {
    private final Queue<String> lines = new ConcurrentLinkedQueue<>();
    private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    private final Logger ours = (Logger) LoggerFactory.getLogger("dev.leat");
    private final Level before = ours.getLevel();

    static Kept everything() {
      Kept kept = new Kept();
      kept.setContext(kept.root.getLoggerContext());
      kept.start();
      kept.ours.setLevel(Level.TRACE);
      kept.ours.addAppender(kept);
      kept.root.addAppender(kept);
      return kept;
    }

    String text() {
      return String.join("\n", lines);
    }

    @Override
    public void stop() {
      ours.setLevel(before);
      ours.detachAppender(this);
      root.detachAppender(this);
      super.stop();
    }

    @Override
    protected void append(ILoggingEvent event) {
      lines.add(event.getFormattedMessage());
      if (event.getThrowableProxy() != null) {
        lines.add(ThrowableProxyUtil.asString(event.getThrowableProxy()));
      }
    }
  }
}
