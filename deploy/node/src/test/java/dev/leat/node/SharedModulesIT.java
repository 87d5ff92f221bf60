package dev.leat.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.ModuleDigest;
import dev.leat.node.NodeUnderTest.Workshop;
import dev.leat.testkit.CuttableProxy;
import dev.leat.testkit.Eventually;
import dev.leat.testkit.TestDatabase;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two nodes on one database, which has the modules and what was compiled of them. */
class SharedModulesIT {
  private static final ModuleDigest ECHO = ModuleDigest.of(Guests.echo());

  @TempDir private Path directory;
  private final TestDatabase database = TestDatabase.postgres();

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void publishedOnOne_isCalledOnTheOther_andCompiledOnce() throws Exception {
    try (RunningNode first = node("first");
        RunningNode second = node("second")) {
      Workshop acme = first.workshop("acme");
      acme.deployPublic("echo", Guests.echo());

      Eventually.holds("the other has heard of it", () -> call(second).status() == 200);

      assertThat(call(second).text()).isEqualTo("hello");
      assertThat(compiled(first)).isEqualTo(1);
      assertThat(compiled(second)).isZero();
      assertThat(files("second")).isEmpty();

      acme.request("DELETE", "/functions/echo").operator().send();
      acme.request("DELETE", "/modules/" + ECHO).operator().send();
      assertThat(formats()).as("no tenant has the module").isEmpty();
    }
  }

  @Test
  void alteredRow_isNotRun_untilTheModuleIsPublishedAgain() throws Exception {
    try (RunningNode first = node("first")) {
      Workshop acme = first.workshop("acme");
      acme.deployPublic("echo", Guests.echo());
      execute("UPDATE module_chunks SET bytes = '\\x00' WHERE format = 'wasm'");

      try (RunningNode second = node("second")) {
        assertThat(call(second).problem()).isEqualTo("502 module-tampered worker");
        assertThat(metrics(second))
            .contains("leat_security_alerts_total{kind=\"module-digest\"} 1.0");

        assertThat(acme.publish(Guests.echo()).status()).isEqualTo(201);
        Eventually.holds("it is read again", () -> call(second).text().equals("hello"));
      }
    }
  }

  @Test
  void alteredClasses_areNotRun_untilTheModuleIsPublishedAgain() throws Exception {
    try (RunningNode first = node("first")) {
      Workshop acme = first.workshop("acme");
      acme.deployPublic("echo", Guests.echo());
      execute("UPDATE module_chunks SET bytes = bytes || '\\x00' WHERE format <> 'wasm'");

      try (RunningNode second = node("second")) {
        assertThat(call(second).problem()).isEqualTo("502 module-tampered worker");
        assertThat(metrics(second)).contains("leat_security_alerts_total{kind=\"class-mac\"} 1.0");
      }
      assertThat(acme.publish(Guests.echo()).status()).isEqualTo(201);
      try (RunningNode second = node("second")) {
        assertThat(call(second).text()).isEqualTo("hello");
      }
    }
  }

  @Test
  void databaseAwayWhenAModuleIsNeeded_isTold_andTheModuleIsLoadedLater() throws Exception {
    try (RunningNode first = node("first");
        CuttableProxy proxy = CuttableProxy.to(URI.create(url().substring(5)).getPort())) {
      first.workshop("acme").deployPublic("echo", Guests.echo());
      String through = url().replaceFirst("//[^/]*/", "//127.0.0.1:" + proxy.port() + "/");

      try (RunningNode second = node("second", through)) {
        proxy.cut();
        Eventually.holds(
            "the node says so",
            () -> second.request("GET", "/health/ready").send().status() == 503);
        Answered away = call(second);
        assertThat(away.problem()).isEqualTo("503 store-unavailable gateway");
        assertThat(away.header("retry-after")).isNotEmpty();

        proxy.mend();
        Eventually.holds("it is loaded", () -> call(second).text().equals("hello"));
        assertThat(compiled(second)).isZero();
      }
    }
  }

  private RunningNode node(String name) throws SQLException {
    return node(name, url());
  }

  private RunningNode node(String name, String url) {
    return RunningNode.start(
        NodeConfig.embedded(directory.resolve(name), NodeConfig.DEFAULT_HOST, 0)
            .with(new DatabaseConfig(url, "postgres", new Secret(""), DatabaseConfig.POOL_SIZE)));
  }

  private String url() throws SQLException {
    try (Connection connection = database.dataSource().getConnection()) {
      return connection.getMetaData().getURL();
    }
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** Of all chunks. */
  private List<String> formats() throws SQLException {
    try (Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement();
        var rows = statement.executeQuery("SELECT format FROM module_chunks ORDER BY format")) {
      List<String> formats = new ArrayList<>();
      while (rows.next()) {
        formats.add(rows.getString(1));
      }
      return formats;
    }
  }

  private List<Path> files(String node) throws IOException {
    try (Stream<Path> blobs = Files.list(directory.resolve(node).resolve("blobs"));
        Stream<Path> classes = Files.list(directory.resolve(node).resolve("classes"))) {
      return Stream.concat(blobs, classes).toList();
    }
  }

  private static Answered call(RunningNode node) {
    return node.request("POST", "/f/acme/echo").body("hello").send();
  }

  private static int compiled(RunningNode node) {
    return metrics(node)
        .lines()
        .filter(line -> line.startsWith("leat_modules_compiled_total "))
        .mapToInt(line -> (int) Double.parseDouble(line.substring(line.indexOf(' '))))
        .sum();
  }

  private static String metrics(RunningNode node) {
    return node.request("GET", "/metrics").send().text();
  }
}
