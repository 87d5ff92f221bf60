package dev.leat.registry.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.audit.AuditEntry;
import dev.leat.contract.Allowance;
import dev.leat.contract.Answer;
import dev.leat.contract.ConnectionUrl;
import dev.leat.contract.DatabaseLogin;
import dev.leat.contract.ProblemCode;
import dev.leat.contract.TenantId;
import dev.leat.store.encryption.AesGcmEncryption;
import dev.leat.store.encryption.Encryption;
import dev.leat.store.encryption.EncryptionKeys;
import dev.leat.store.encryption.Undecryptable;
import dev.leat.testkit.ManualClock;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** What operators may say of databases, and that their passwords are told to workers alone. */
final class ConnectionsTest {
  private static final TenantId ACME = new TenantId("acme");
  private static final String URL = "jdbc:postgresql://db/orders";
  private static final EncryptionKeys OLD = EncryptionKeys.parse(EncryptionKeys.made());
  private static final EncryptionKeys NEW = EncryptionKeys.parse(EncryptionKeys.made());

  private final InMemory store = new InMemory();
  private Optional<Encryption> encryption = Optional.of(new AesGcmEncryption(OLD));
  private final Connections connections = connections(true);

  private Connections connections(boolean takesEmbedded) {
    return new Connections(
        store,
        () -> encryption,
        url -> url.text().contains("/platform"),
        takesEmbedded,
        tenant -> Allowance.PLATFORM,
        new ManualClock());
  }

  @Test
  void create_keepsThePasswordEncrypted_andTellsItToWorkersAlone() {
    TenantConnection created = done(connections.create(ACME, "op", "main", URL, "u", "hunter2"));

    assertThat(created.toString()).doesNotContain("hunter2");
    assertThat(new String(store.kept("main").password(), StandardCharsets.ISO_8859_1))
        .doesNotContain("hunter2");
    assertThat(store.entries.toString()).contains("connection.create").doesNotContain("hunter2");
    assertThat(connections.login(ACME, "main"))
        .contains(new DatabaseLogin(ConnectionUrl.of(URL), "u", "hunter2", created.createdAt()));
    assertThat(connections.login(ACME, "other")).isEmpty();
  }

  @Test
  void create_whatCannotBe_isRefused() {
    assertThat(code(connections.create(ACME, "op", "Main", URL, "u", "")))
        .isEqualTo(ProblemCode.INVALID_REQUEST);
    assertThat(code(connections.create(ACME, "op", "main", URL + "?x=y", "u", "")))
        .isEqualTo(ProblemCode.INVALID_REQUEST);
    assertThat(code(connections.create(ACME, "op", "main", URL, "", "")))
        .isEqualTo(ProblemCode.INVALID_REQUEST);
    assertThat(code(connections.create(ACME, "op", "main", URL, "u", "x".repeat(1_001))))
        .isEqualTo(ProblemCode.INVALID_REQUEST);
    assertThat(
            code(connections.create(ACME, "op", "main", "jdbc:postgresql://db/platform", "u", "")))
        .isEqualTo(ProblemCode.INVALID_REQUEST);
    assertThat(code(connections(false).create(ACME, "op", "main", "jdbc:h2:mem:a", "u", "")))
        .isEqualTo(ProblemCode.INVALID_REQUEST);
    encryption = Optional.empty();
    assertThat(code(connections.create(ACME, "op", "main", URL, "u", "")))
        .isEqualTo(ProblemCode.ENCRYPTION_KEY_MISSING);
    assertThat(store.all).isEmpty();
  }

  @Test
  void password_ofAnotherConnection_orUnderAKeyThatIsGone_isNotDecrypted() {
    done(connections.create(ACME, "op", "a", URL, "u", "hunter2"));
    done(connections.create(ACME, "op", "b", "jdbc:postgresql://evil/orders", "u", "x"));
    ConnectionStore.Sealed other = store.kept("b");
    store.all.put("b", new ConnectionStore.Sealed(other.connection(), store.kept("a").password()));

    assertThatThrownBy(() -> connections.login(ACME, "b")).isInstanceOf(Undecryptable.class);
    encryption = Optional.of(new AesGcmEncryption(NEW));
    assertThatThrownBy(() -> connections.login(ACME, "a")).isInstanceOf(Undecryptable.class);
    encryption = Optional.empty();
    assertThatThrownBy(() -> connections.login(ACME, "a")).isInstanceOf(Undecryptable.class);
  }

  @Test
  void rewrap_encryptsByTheFirstKey() {
    done(connections.create(ACME, "op", "main", URL, "u", "hunter2"));
    encryption = Optional.of(new AesGcmEncryption(NEW.and(OLD)));

    assertThat(connections.rewrap()).isEqualTo(1);
    assertThat(connections.rewrap()).isZero();
    encryption = Optional.of(new AesGcmEncryption(NEW));
    assertThat(connections.login(ACME, "main").orElseThrow().password()).isEqualTo("hunter2");
  }

  @Test
  void delete_ofWhatIsNotThere_isRefused() {
    done(connections.create(ACME, "op", "main", URL, "u", ""));

    assertThat(done(connections.delete(ACME, "op", "main"))).isTrue();
    assertThat(code(connections.delete(ACME, "op", "main"))).isEqualTo(ProblemCode.NOT_FOUND);
    assertThat(code(connections.show(ACME, "main"))).isEqualTo(ProblemCode.NOT_FOUND);
  }

  private static <T> T done(Answer<T> answer) {
    assertThat(answer).isInstanceOf(Answer.Done.class);
    return ((Answer.Done<T>) answer).value();
  }

  private static ProblemCode code(Answer<?> answer) {
    assertThat(answer).isInstanceOf(Answer.Refused.class);
    return ((Answer.Refused<?>) answer).problem().code();
  }

  /** Of one tenant. */
  private static final class InMemory implements ConnectionStore {
    final Map<String, Sealed> all = new TreeMap<>();
    final List<AuditEntry> entries = new ArrayList<>();

    Sealed kept(String name) {
      return find(new TenantId("acme"), name).orElseThrow();
    }

    @Override
    public Added add(TenantConnection connection, byte[] sealed, long most, AuditEntry entry) {
      if (all.putIfAbsent(connection.name(), new Sealed(connection, sealed)) != null) {
        return Added.TAKEN;
      }
      entries.add(entry);
      return Added.DONE;
    }

    @Override
    public List<TenantConnection> list(TenantId tenant) {
      return all.values().stream().map(Sealed::connection).toList();
    }

    @Override
    public Optional<Sealed> find(TenantId tenant, String name) {
      return Optional.ofNullable(all.get(name));
    }

    @Override
    public int count(TenantId tenant) {
      return all.size();
    }

    @Override
    public boolean delete(TenantId tenant, String name, AuditEntry entry) {
      return all.remove(name) != null;
    }

    @Override
    public void forget(TenantId tenant) {
      all.clear();
    }

    @Override
    public int reseal(Predicate<byte[]> isOutdated, UnaryOperator<Sealed> anew) {
      int[] done = {0};
      all.replaceAll((name, sealed) -> {
        if (!isOutdated.test(sealed.password())) {
          return sealed;
        }
        done[0]++;
        return anew.apply(sealed);
      });
      return done[0];
    }
  }
}
