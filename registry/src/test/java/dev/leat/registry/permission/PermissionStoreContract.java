package dev.leat.registry.permission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.audit.AuditStore;
import dev.leat.contract.Answer;
import dev.leat.contract.Change;
import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.ProblemCode;
import dev.leat.contract.TenantId;
import dev.leat.contract.permission.FunctionPermissions;
import dev.leat.contract.permission.Permission;
import dev.leat.contract.permission.PermissionType;
import dev.leat.registry.Announced;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The laws of {@link PermissionStore}, by their numbers. */
public abstract class PermissionStoreContract {
  protected static final TenantId ACME = new TenantId("acme");
  private static final TenantId OTHER = new TenantId("other");
  protected static final FunctionName MASK = new FunctionName("mask");
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00.123Z");
  private static final PermissionSet LOGGING = set("*", PermissionType.LOGGING);
  private static final PermissionSet HTTP =
      set("https://*.example.com/a/**", PermissionType.HTTP_READ, PermissionType.HTTP_WRITE);

  private PermissionStore store;
  private AuditStore audit;

  protected abstract PermissionStore newStore();

  protected abstract AuditStore itsAuditStore();

  protected abstract Announced announced();

  /** Has there be such a function, or not any more. */
  protected abstract void deploy(TenantId tenant, FunctionName name);

  protected abstract void delete(TenantId tenant, FunctionName name);

  /** Has what is kept be of a kind that nobody can read. */
  protected abstract void damage();

  @BeforeEach
  void open() {
    store = newStore();
    audit = itsAuditStore();
  }

  private static PermissionSet set(String resource, PermissionType... types) {
    List<Permission> all = new ArrayList<>();
    for (PermissionType type : types) {
      all.add(Permission.of(type, resource));
    }
    return new PermissionSet(new FunctionPermissions(all), NOW, "admin@acme");
  }

  private Optional<Answer<Optional<PermissionSet>>> change(TenantId tenant, PermissionSet to) {
    return store.change(tenant, MASK, before -> Answer.done(Optional.of(to)));
  }

  private List<String> recorded() {
    while (audit.seal(100) > 0) {
      // until all have their places
    }
    return audit.from(1, 100).stream()
        .map(record -> record.entry().action() + " " + record.entry().resource())
        .toList();
  }

  @Test
  void law1_change_keepsWhatIsDecidedOnWhatIsThere() {
    deploy(ACME, MASK);

    assertThat(change(ACME, LOGGING)).contains(Answer.done(Optional.of(LOGGING)));
    assertThat(store.find(ACME, MASK)).contains(LOGGING);
    store.change(
        ACME,
        MASK,
        before -> {
          assertThat(before).contains(LOGGING);
          return Answer.done(Optional.of(HTTP));
        });
    assertThat(store.find(ACME, MASK)).contains(HTTP);
    assertThat(store.change(ACME, MASK, before -> Answer.refused(ProblemCode.CONFLICT, "no")))
        .containsInstanceOf(Answer.Refused.class);
    assertThat(store.find(ACME, MASK)).contains(HTTP);
    assertThat(store.change(ACME, MASK, before -> Answer.done(Optional.empty()))).isPresent();
    assertThat(store.find(ACME, MASK)).isEmpty();
  }

  @Test
  void law1_changesAtOnce_eachSeeTheOneBefore() throws Exception {
    deploy(ACME, MASK);
    change(ACME, set("0", PermissionType.CONFIG));
    List<Callable<Object>> works = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      PermissionStore mine = i % 2 == 0 ? store : newStore();
      works.add(
          Executors.callable(() -> {
            for (int round = 0; round < 5; round++) {
              mine.change(
                  ACME,
                  MASK,
                  before -> {
                    int count =
                        Integer.parseInt(
                            before.orElseThrow().permissions().all().getFirst().resource());
                    return Answer.done(Optional.of(set("" + (count + 1), PermissionType.CONFIG)));
                  });
            }
          }));
    }

    try (ExecutorService threads = Executors.newFixedThreadPool(works.size())) {
      for (var work : threads.invokeAll(works)) {
        work.get();
      }
    }

    assertThat(store.find(ACME, MASK).orElseThrow().permissions().all().getFirst().resource())
        .isEqualTo("20");
  }

  @Test
  void law2_functionThatIsNotDeployed_getsNone() {
    assertThat(change(ACME, LOGGING)).isEmpty();

    assertThat(store.find(ACME, MASK)).isEmpty();
    assertThat(recorded()).isEmpty();
  }

  /** Property 26 (what is changed of permissions is kept). */
  @Test
  void law3_findAllAndCount_giveWhatIsKept() {
    deploy(ACME, MASK);
    deploy(OTHER, MASK);
    change(ACME, HTTP);
    change(OTHER, LOGGING);

    assertThat(newStore().all())
        .isEqualTo(
            Map.of(
                new FunctionRef(ACME, MASK), HTTP.permissions(),
                new FunctionRef(OTHER, MASK), LOGGING.permissions()));
    assertThat(newStore().find(ACME, MASK)).contains(HTTP);
    assertThat(store.count(ACME)).isEqualTo(1);
    assertThat(store.count(new TenantId("third"))).isZero();
  }

  @Test
  void law3_asManyAsThereMayBe_ofTheLongest_areKept() {
    deploy(ACME, MASK);
    List<Permission> many = new ArrayList<>();
    for (int i = 0; i < FunctionPermissions.COUNT_MAX; i++) {
      String number = String.valueOf(100 + i);
      many.add(
          Permission.of(
              PermissionType.SECRETS, number + "\"".repeat(Permission.PATTERN_CHARS_MAX - 3)));
    }
    PermissionSet largest = new PermissionSet(new FunctionPermissions(many), NOW, "");

    change(ACME, largest);

    assertThat(store.find(ACME, MASK)).contains(largest);
  }

  @Test
  void law4_deletedFunction_keepsWhatItMay() {
    deploy(ACME, MASK);
    change(ACME, LOGGING);

    delete(ACME, MASK);

    assertThat(store.find(ACME, MASK)).contains(LOGGING);
    assertThat(change(ACME, HTTP)).as("it can be changed still").isPresent();
  }

  @Test
  void law5_onlyAChange_isRecordedAndAnnounced() {
    deploy(ACME, MASK);
    Announced announced = announced();
    change(ACME, LOGGING);
    change(ACME, LOGGING);
    store.change(ACME, MASK, before -> Answer.refused(ProblemCode.CONFLICT, "no"));
    store.change(ACME, MASK, before -> Answer.done(Optional.empty()));
    store.change(ACME, MASK, before -> Answer.done(Optional.empty()));

    FunctionRef mask = new FunctionRef(ACME, MASK);
    assertThat(recorded())
        .filteredOn(it -> it.startsWith("permissions"))
        .containsExactly("permissions.set acme/mask", "permissions.clear acme/mask");
    assertThat(announced.changes())
        .containsExactly(new Change.PermissionsChanged(mask), new Change.PermissionsChanged(mask));
  }

  @Test
  void law6_forget_isOfTheTenantAlone() {
    deploy(ACME, MASK);
    deploy(OTHER, MASK);
    change(ACME, LOGGING);
    change(OTHER, LOGGING);
    Announced announced = announced();

    store.forget(ACME);
    store.forget(ACME);

    assertThat(store.all().keySet()).containsExactly(new FunctionRef(OTHER, MASK));
    assertThat(announced.changes()).containsExactly(new Change.PermissionsForgotten(ACME));
  }

  @Test
  void law7_whatCannotBeRead_allowsNothing() {
    deploy(ACME, MASK);
    change(ACME, LOGGING);

    damage();

    assertThat(store.find(ACME, MASK).orElseThrow().permissions().all()).isEmpty();
    assertThat(store.all().values()).containsExactly(new FunctionPermissions(List.of()));
  }

  @Test
  void law7_whatALaterReleaseKept_isLeftOut() {
    String kept =
        "[{\"type\":\"later:read\",\"resource\":\"*\"},{\"type\":\"http:read\",\"resource\":\"[\"},"
            + "{\"type\":\"logging\",\"resource\":\"*\"}]";

    assertThat(StoredPermissions.read(kept)).isEqualTo(LOGGING.permissions());
  }
}
