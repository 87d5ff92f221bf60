package dev.leat.tenants.secret;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.audit.jdbi.AuditSchema;
import dev.leat.contract.Allowance;
import dev.leat.contract.Answer;
import dev.leat.contract.Change;
import dev.leat.contract.Page;
import dev.leat.contract.Problem;
import dev.leat.contract.ProblemCode;
import dev.leat.contract.TenantId;
import dev.leat.store.ChangeFeed;
import dev.leat.store.PolledChangeFeed;
import dev.leat.store.StoreFailure;
import dev.leat.store.StoreSchema;
import dev.leat.store.WakeUp;
import dev.leat.store.encryption.AesGcmEncryption;
import dev.leat.store.encryption.Encryption;
import dev.leat.store.encryption.EncryptionKeys;
import dev.leat.store.encryption.Undecryptable;
import dev.leat.tenants.Tenant;
import dev.leat.tenants.jdbi.JdbiTenantStore;
import dev.leat.tenants.jdbi.TenantsSchema;
import dev.leat.tenants.secret.jdbi.JdbiSecretStore;
import dev.leat.testkit.DatabaseDump;
import dev.leat.testkit.ManualClock;
import dev.leat.testkit.MigratedDatabases;
import dev.leat.testkit.TestDatabase;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Secrets, and the laws of their store, on every database. */
abstract class SecretsContract {
  private static final TenantId ACME = new TenantId("acme");
  private static final TenantId OTHER = new TenantId("other");
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final String OLD_KEY = key(1);
  private static final String NEW_KEY = key(2);
  private static final byte[] VALUE = "sk_live_4eC39HqLyjWDarjtT1zdp7dc".getBytes(UTF_8);
  private static final byte[] NEXT = "sk_live_0123456789".getBytes(UTF_8);

  static final MigratedDatabases DATABASES =
      new MigratedDatabases(StoreSchema::migrate, AuditSchema::migrate, TenantsSchema::migrate);

  private final TestDatabase database;
  private final ManualClock clock = new ManualClock(NOW);
  private Optional<Encryption> encryption = Optional.of(by(OLD_KEY));
  private long count = Allowance.SECRETS;
  private long bytes = Allowance.SECRET_BYTES;
  private final Secrets secrets;

  SecretsContract(TestDatabase database) {
    this.database = database;
    this.secrets =
        new Secrets(
            new JdbiSecretStore(database.dataSource()),
            () -> encryption,
            tenant -> Allowance.PLATFORM.withSecrets(count, bytes),
            clock);
  }

  @BeforeEach
  void migrate() {
    for (TenantId tenant : List.of(ACME, OTHER)) {
      new JdbiTenantStore(database.dataSource())
          .add(new Tenant(tenant, NOW, Tenant.State.ACTIVE), 10);
    }
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void set_thenRotated_isTheNextVersion() { // laws 1 and 3
    TenantSecret first = done(set("stripe-key", VALUE));
    clock.advance(Duration.ofHours(1));
    TenantSecret second = done(set("stripe-key", NEXT));

    assertThat(first)
        .isEqualTo(new TenantSecret(ACME, "stripe-key", 1, VALUE.length, NOW, NOW, "ann"));
    assertThat(second.version()).isEqualTo(2);
    assertThat(second.createdAt()).isEqualTo(NOW);
    assertThat(second.changedAt()).isEqualTo(NOW.plusSeconds(3600));
    assertThat(secrets.value(ACME, "stripe-key")).contains(NEXT);
    assertThat(done(secrets.show(ACME, "stripe-key"))).isEqualTo(second);
    assertThat(secrets.value(OTHER, "stripe-key")).isEmpty();
    assertThat(secrets.missing(ACME, List.of("stripe-key", "other"))).containsExactly("other");
  }

  @Test
  void set_byManyAtOnce_hasANumberForEach() throws Exception { // law 1
    List<Future<TenantSecret>> set = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      for (int i = 0; i < 12; i++) {
        set.add(threads.submit(() -> done(set("stripe-key", VALUE))));
      }
    }

    Set<Long> versions = new TreeSet<>();
    for (Future<TenantSecret> each : set) {
      versions.add(each.get().version());
    }
    assertThat(versions).hasSize(12).last().isEqualTo(12L);
    assertThat(secrets.use(ACME)).isEqualTo(new SecretStore.Use(1, VALUE.length));
  }

  @Test
  void set_underACondition_holdsToIt() { // law 2
    refused(set("stripe-key", VALUE, "*"), ProblemCode.NOT_FOUND);
    done(set("stripe-key", VALUE));
    refused(set("stripe-key", NEXT, "\"2\""), ProblemCode.PRECONDITION_FAILED);
    refused(set("stripe-key", NEXT, "\"x\""), ProblemCode.INVALID_REQUEST);

    assertThat(secrets.value(ACME, "stripe-key")).contains(VALUE);
    assertThat(done(set("stripe-key", NEXT, "\"1\"")).version()).isEqualTo(2);
    assertThat(done(set("stripe-key", NEXT, "*")).version()).isEqualTo(3);
  }

  @Test
  void set_namesAndLengthsThatAreNone_areRefused() {
    for (String name : List.of("", "A", "1a", "a_b", "a b", "a/b", "../a", "a".repeat(64), "é")) {
      assertThat(refused(set(name, VALUE), ProblemCode.INVALID_REQUEST).detail())
          .contains("1-63 of a-z");
    }
    refused(set("empty", new byte[0]), ProblemCode.INVALID_REQUEST);
    refused(set("large", new byte[(64 << 10) + 1]), ProblemCode.INVALID_REQUEST);
    byte[] largest = new byte[64 << 10];
    done(set("a".repeat(63), largest));

    assertThat(secrets.value(ACME, "a".repeat(63))).contains(largest);
    assertThat(set(new TenantId("nobody"), "a", VALUE, Optional.empty()))
        .isInstanceOf(Answer.Refused.class);
  }

  @Test
  void set_moreThanTheQuota_isRefused_whatDoesNotGrowIsNot() { // law 2
    count = 2;
    bytes = 100;
    done(set("one", new byte[40]));
    done(set("two", new byte[60]));

    assertThat(refused(set("three", VALUE), ProblemCode.CONFLICT).detail())
        .contains("has 2 secrets of 100 bytes")
        .contains("'secret-bytes'");
    refused(set("one", new byte[41]), ProblemCode.CONFLICT);
    count = 1;
    bytes = 1;
    done(set("one", new byte[40]));
    done(secrets.delete(ACME, "one"));
    done(secrets.delete(ACME, "two"));
    assertThat(secrets.use(ACME)).isEqualTo(new SecretStore.Use(0, 0));
    done(set("one", new byte[1]));
  }

  @Test
  void list_ofMany_goesOnByName() { // law 3
    count = 10_000;
    for (int i = 0; i < 450; i++) {
      done(set("s" + i, VALUE));
    }

    List<String> names = new ArrayList<>();
    Optional<String> cursor = Optional.empty();
    do {
      Page<TenantSecret> page = done(secrets.list(ACME, 1_000, cursor));
      page.items().forEach(secret -> names.add(secret.name()));
      cursor = page.next();
    } while (cursor.isPresent());
    assertThat(names).hasSize(450).isSorted().doesNotHaveDuplicates();
    assertThat(done(secrets.list(OTHER, 10, Optional.empty())).items()).isEmpty();
    refused(secrets.list(ACME, 10, Optional.of("../x")), ProblemCode.INVALID_REQUEST);
  }

  /**
   * As many as the quota can be: still one row for each look, and pages of no more than others'.
   */
  @Test
  void tenThousand_areCountedListedAndRead_andThereAreNoMore() throws Exception { // laws 2 and 3
    count = Allowance.SECRETS_MAX;
    bytes = Allowance.SECRETS_MAX * VALUE.length;
    done(set("s0", VALUE));
    copy("s0", (int) Allowance.SECRETS_MAX - 1);

    done(set("last", VALUE));

    assertThat(secrets.use(ACME)).isEqualTo(new SecretStore.Use(count, bytes));
    assertThat(refused(set("more", new byte[1]), ProblemCode.CONFLICT).detail())
        .contains("has 10000 secrets of 320000 bytes and may have 10000 of 320000", "'secrets'");
    assertThat(done(set("last", NEXT)).version()).isEqualTo(2);
    assertThat(secrets.value(ACME, "last")).contains(NEXT);
    assertThat(secrets.missing(ACME, List.of("s9998", "more"))).containsExactly("more");
    List<String> names = new ArrayList<>();
    Optional<String> cursor = Optional.empty();
    do {
      Page<TenantSecret> page = done(secrets.list(ACME, 10_000, cursor));
      assertThat(page.items()).hasSizeLessThanOrEqualTo(Page.ITEMS_MAX);
      page.items().forEach(secret -> names.add(secret.name()));
      cursor = page.next();
    } while (cursor.isPresent());
    assertThat(names).hasSize(10_000).doesNotHaveDuplicates();
  }

  /** The same row under other names, which are quicker had than set one by one. */
  private void copy(String name, int rows) throws SQLException {
    String copied =
        "INSERT INTO secrets SELECT tenant, CAST(? AS VARCHAR(63)), version, content, key_id, size_bytes,"
            + " created_at, changed_at, changed_by FROM secrets WHERE name = ?";
    try (Connection connection = database.dataSource().getConnection();
        PreparedStatement insert = connection.prepareStatement(copied)) {
      connection.setAutoCommit(false);
      for (int i = 1; i < rows; i++) {
        insert.setString(1, "s" + i);
        insert.setString(2, name);
        insert.addBatch();
      }
      insert.executeBatch();
      connection.commit();
    }
    database.execute(
        "UPDATE secret_use SET entries = entries * %d, bytes = bytes * %d".formatted(rows, rows));
  }

  @Test
  void setAndDelete_areAnnouncedAndRecorded_withoutAValue() throws Exception { // law 4
    List<Change> changes = new ArrayList<>();
    PolledChangeFeed feed = feed(changes);

    done(set("stripe-key", VALUE));
    done(set("stripe-key", NEXT));
    done(secrets.delete(ACME, "stripe-key"));
    refused(secrets.delete(ACME, "stripe-key"), ProblemCode.NOT_FOUND);

    feed.catchUp();
    assertThat(changes).containsOnly(new Change.SecretChanged(ACME, "stripe-key")).hasSize(3);
    assertThat(texts("SELECT action || ' ' || resource || ' ' || details FROM audit_pending"))
        .contains(
            "secret.set stripe-key version 1",
            "secret.rotate stripe-key version 2",
            "secret.delete stripe-key ");
    assertThat(DatabaseDump.of(database.dataSource())).doesNotContain("sk_live");
    assertThat(secrets.value(ACME, "stripe-key")).isEmpty();
  }

  @Test
  void kept_nowhereInClear() throws Exception {
    done(set("stripe-key", VALUE));

    String all = DatabaseDump.of(database.dataSource());
    assertThat(all).contains("secrets", "changes", "audit_pending", "stripe-key");
    DatabaseDump.forms(new String(VALUE, UTF_8))
        .forEach(form -> assertThat(all).doesNotContain(form));
  }

  @Test
  void value_ofARowThatWasMovedCutOrAltered_isRefused() {
    done(set("stripe-key", VALUE));
    done(set("mine", NEXT));
    done(set(OTHER, "stripe-key", NEXT, Optional.empty()));

    database.execute(
        "UPDATE secrets SET content = (SELECT content FROM secrets WHERE tenant = 'acme' AND name ="
            + " 'stripe-key') WHERE tenant = 'other' OR name = 'mine'");
    unreadable(OTHER, "stripe-key");
    unreadable(ACME, "mine");
    assertThat(secrets.value(ACME, "stripe-key")).contains(VALUE);

    database.execute(
        "UPDATE secrets SET version = 2 WHERE tenant = 'acme' AND name = 'stripe-key'");
    unreadable(ACME, "stripe-key");
  }

  @Test
  void value_withoutTheKey_isRefusedAndSaysWhatToDo() {
    done(set("stripe-key", VALUE));
    encryption = Optional.of(by(NEW_KEY));

    unreadable(ACME, "stripe-key");
    assertThat(secrets.unknownKeys()).containsExactly(by(OLD_KEY).key());

    encryption = Optional.empty();
    assertThatThrownBy(() -> secrets.value(ACME, "stripe-key"))
        .isInstanceOf(Undecryptable.class)
        .hasMessageContaining("encryption.key-file");
    assertThat(refused(set("stripe-key", VALUE), ProblemCode.ENCRYPTION_KEY_MISSING).detail())
        .contains("encryption.key-file");
    assertThat(secrets.unknownKeys()).containsExactly(by(OLD_KEY).key());
    assertThat(done(secrets.list(ACME, 10, Optional.empty())).items()).hasSize(1);
    done(secrets.delete(ACME, "stripe-key"));
  }

  @Test
  void rewrap_underANewKey_changesNoValueAndAnnouncesNothing() { // law 5
    count = 10_000;
    for (int i = 0; i < 250; i++) {
      done(set("s" + i, ("value " + i).getBytes(UTF_8)));
    }
    database.execute("UPDATE secrets SET version = 7 WHERE name = 's3'"); // cannot be decrypted
    encryption = Optional.of(by(NEW_KEY + "," + OLD_KEY));
    done(set(OTHER, "new", VALUE, Optional.empty()));
    List<Change> changes = new ArrayList<>();
    PolledChangeFeed feed = feed(changes);

    assertThat(secrets.rewrap()).isEqualTo(249);
    assertThat(secrets.rewrap()).isZero();

    feed.catchUp();
    assertThat(changes).isEmpty();
    database.execute("DELETE FROM secrets WHERE name = 's3'");
    encryption = Optional.of(by(NEW_KEY));
    assertThat(secrets.unknownKeys()).isEmpty();
    for (int i = 0; i < 250; i++) {
      if (i != 3) {
        assertThat(secrets.value(ACME, "s" + i)).contains(("value " + i).getBytes(UTF_8));
      }
    }
    assertThat(done(secrets.show(ACME, "s5")).version()).isEqualTo(1);
  }

  @Test
  void deletedWithItsTenant_isNotFoundByTheNextOfTheName() { // law 6
    done(set("stripe-key", VALUE));
    JdbiTenantStore tenants = new JdbiTenantStore(database.dataSource());

    tenants.delete(ACME);
    tenants.add(new Tenant(ACME, NOW, Tenant.State.ACTIVE), 10);

    assertThat(secrets.value(ACME, "stripe-key")).isEmpty();
    assertThat(secrets.use(ACME)).isEqualTo(new SecretStore.Use(0, 0));
  }

  @Test
  void failure_repeatsNoValue() {
    database.execute("DROP TABLE secret_use");

    assertThatThrownBy(() -> set("stripe-key", VALUE))
        .isInstanceOf(StoreFailure.class)
        .satisfies(e -> assertThat(trace(e)).contains("stripe-key").doesNotContain("sk_live"));
  }

  private void unreadable(TenantId tenant, String name) {
    assertThatThrownBy(() -> secrets.value(tenant, name))
        .isInstanceOf(Undecryptable.class)
        .satisfies(e -> assertThat(trace(e)).contains(name).doesNotContain("sk_live"));
  }

  private Answer<TenantSecret> set(String name, byte[] value) {
    return set(ACME, name, value, Optional.empty());
  }

  private Answer<TenantSecret> set(String name, byte[] value, String ifMatch) {
    return set(ACME, name, value, Optional.of(ifMatch));
  }

  private Answer<TenantSecret> set(
      TenantId tenant, String name, byte[] value, Optional<String> ifMatch) {
    return secrets.set(tenant, "ann", name, value, ifMatch);
  }

  private PolledChangeFeed feed(List<Change> changes) {
    PolledChangeFeed feed = new PolledChangeFeed(database.dataSource(), WakeUp.NONE);
    feed.subscribe(
        new ChangeFeed.Subscriber() {
          @Override
          public void load() {}

          @Override
          public void changed(Change change) {
            changes.add(change);
          }
        });
    feed.load();
    return feed;
  }

  private List<String> texts(String query) throws SQLException {
    List<String> texts = new ArrayList<>();
    try (Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      while (rows.next()) {
        texts.add(rows.getString(1));
      }
    }
    return texts;
  }

  private static <T> T done(Answer<T> answer) {
    return switch (answer) {
      case Answer.Done<T>(T value) -> value;
      case Answer.Refused<T>(Problem problem) -> throw new AssertionError(problem.toString());
    };
  }

  private static <T> Problem refused(Answer<T> answer, ProblemCode code) {
    return switch (answer) {
      case Answer.Done<T>(T value) -> throw new AssertionError("was done: " + value);
      case Answer.Refused<T>(Problem problem) -> {
        assertThat(problem.code()).isEqualTo(code);
        yield problem;
      }
    };
  }

  private static String trace(Throwable failure) {
    StringWriter words = new StringWriter();
    failure.printStackTrace(new PrintWriter(words));
    return words.toString();
  }

  private static Encryption by(String keys) {
    return new AesGcmEncryption(EncryptionKeys.parse(keys));
  }

  private static String key(int number) {
    byte[] key = new byte[32];
    Arrays.fill(key, (byte) (number * 37));
    return Base64.getEncoder().encodeToString(key);
  }
}
