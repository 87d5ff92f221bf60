package dev.leat.invocations;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.ExecutionRecord;
import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.Page;
import dev.leat.contract.TenantId;
import dev.leat.contract.Usage;
import dev.leat.invocations.ExecutionStore.Filter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The laws of {@link ExecutionStore}, by their numbers. */
public abstract class ExecutionStoreContract {
  private static final TenantId ACME = new TenantId("acme");
  private static final TenantId OTHER = new TenantId("other");
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00.123Z");

  private ExecutionStore store;

  protected abstract ExecutionStore newStore();

  @BeforeEach
  void open() {
    store = newStore();
  }

  @Test
  void law1_append_keepsEachRecordAsItIs() {
    ExecutionRecord whole =
        new ExecutionRecord(
            "id-1",
            new FunctionRef(ACME, new FunctionName("mask")),
            7,
            "sha256:" + "0".repeat(64),
            "ada",
            NOW,
            "trapped",
            "ünï 'quoted'",
            new Usage(Long.MAX_VALUE, Long.MAX_VALUE - 1, 65_536, Usage.Acquire.COLD, 1, 2, 3, 4));

    store.append(List.of(whole, record(OTHER, "f", "responded", NOW)));

    assertThat(list(Filter.NONE)).containsExactly(whole);
  }

  @Test
  void law1_append_nulInAnError_isKeptAsAReplacement() {
    store.append(List.of(record(ACME, "f", "a\0b", NOW)));

    assertThat(list(Filter.NONE).getFirst().error()).isEqualTo("a\uFFFDb");
  }

  @Test
  void law2_list_givesWhatFitsOnceNewestFirst() {
    List<ExecutionRecord> records = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      records.add(record(ACME, "f" + i % 2, i % 2 == 0 ? "" : "boom", NOW));
      records.add(record(OTHER, "f0", "", NOW));
    }
    store.append(records);

    List<String> met = new ArrayList<>();
    Optional<String> cursor = Optional.of(Long.toString(ExecutionStore.START));
    while (cursor.isPresent()) {
      Page<ExecutionRecord> page = store.list(ACME, Filter.NONE, 2, Long.parseLong(cursor.get()));
      page.items().forEach(record -> met.add(record.function().name().value()));
      cursor = page.next();
    }

    assertThat(met).containsExactly("f0", "f1", "f0", "f1", "f0");
    assertThat(list(filter("f1", ""))).hasSize(2);
    assertThat(list(filter("", "responded"))).hasSize(3);
    assertThat(list(filter("f1", "responded"))).isEmpty();
  }

  @Test
  void law2_list_byWhatElseIsAskedFor() {
    ExecutionRecord asked =
        new ExecutionRecord(
            "id-1",
            new FunctionRef(ACME, new FunctionName("mask")),
            7,
            "sha256:1",
            "ada",
            NOW.plusSeconds(5),
            "responded",
            "",
            Usage.NONE);
    store.append(
        List.of(record(ACME, "f", "", NOW), asked, record(ACME, "f", "", NOW.plusSeconds(9))));

    assertThat(
            list(
                new Filter(
                    Optional.empty(),
                    Optional.of(7),
                    Optional.empty(),
                    Optional.of("sha256:1"),
                    Optional.of("ada"),
                    Optional.of(NOW.plusSeconds(5)),
                    Optional.of(NOW.plusSeconds(6)))))
        .containsExactly(asked);
  }

  @Test
  void law5_find_givesTheNewestOfAnId_toItsTenantAlone() {
    store.append(List.of(record(ACME, "old", "", NOW), record(ACME, "new", "", NOW)));

    assertThat(store.find(ACME, "id"))
        .hasValueSatisfying(
            found -> assertThat(found.function().name()).isEqualTo(new FunctionName("new")));
    assertThat(store.find(OTHER, "id")).isEmpty();
    assertThat(store.find(ACME, "other")).isEmpty();
  }

  @Test
  void law3_prune_removesTheOldAndKeepsTheNewest() {
    for (int i = 0; i < 10; i++) {
      store.append(List.of(record(ACME, "f" + i, "", NOW.plusSeconds(i))));
    }

    assertThat(store.prune(NOW.plusSeconds(3), 100, List.of(), 1, 100)).isEqualTo(3);
    assertThat(list(Filter.NONE)).hasSize(7);

    assertThat(store.prune(NOW, 2, List.of(), 1, 100)).isEqualTo(5);
    assertThat(names()).containsExactly("f9", "f8");
  }

  /** One who is called often leaves the others theirs. */
  @Test
  void law3_prune_ofEachTenant_keepsItsOwnNewest() {
    store.append(List.of(record(ACME, "old", "", NOW), record(ACME, "new", "", NOW)));
    for (int i = 0; i < 10; i++) {
      store.append(List.of(record(OTHER, "f" + i, "", NOW)));
    }

    assertThat(store.prune(NOW, 100, List.of(OTHER), 3, 100)).isEqualTo(7);
    assertThat(names()).containsExactly("new", "old");
    assertThat(store.list(OTHER, Filter.NONE, 100, ExecutionStore.START).items())
        .extracting(record -> record.function().name().value())
        .containsExactly("f9", "f8", "f7");

    assertThat(store.prune(NOW, 100, List.of(ACME, OTHER), 1, 100)).isEqualTo(3);
    assertThat(names()).containsExactly("new");
  }

  @Test
  void law3_prune_takesTurns_theOldestFirst() {
    for (int i = 0; i < 10; i++) {
      store.append(List.of(record(ACME, "f" + i, "", NOW)));
    }

    assertThat(store.prune(NOW, 100, List.of(ACME), 2, 5)).isEqualTo(5);
    assertThat(names()).containsExactly("f9", "f8", "f7", "f6", "f5");
    assertThat(store.prune(NOW, 100, List.of(ACME), 2, 5)).isEqualTo(3);
    assertThat(names()).containsExactly("f9", "f8");
  }

  @Test
  void law3_prune_ofAnEmptyStore_removesNothing() {
    assertThat(store.prune(NOW, 1, List.of(ACME), 1, 100)).isZero();

    assertThat(list(Filter.NONE)).isEmpty();
  }

  @Test
  void law4_forget_removesTheTenantsOnly() {
    store.append(List.of(record(ACME, "f", "", NOW), record(OTHER, "f", "", NOW)));

    store.forget(ACME);

    assertThat(list(Filter.NONE)).isEmpty();
    assertThat(store.list(OTHER, Filter.NONE, 10, ExecutionStore.START).items()).hasSize(1);
  }

  private List<String> names() {
    return list(Filter.NONE).stream().map(record -> record.function().name().value()).toList();
  }

  private List<ExecutionRecord> list(Filter filter) {
    return store.list(ACME, filter, 100, ExecutionStore.START).items();
  }

  private static Filter filter(String function, String outcome) {
    return new Filter(
        Optional.of(function).filter(it -> !it.isEmpty()).map(FunctionName::new),
        Optional.empty(),
        Optional.of(outcome).filter(it -> !it.isEmpty()),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private static ExecutionRecord record(
      TenantId tenant, String function, String error, Instant endedAt) {
    return new ExecutionRecord(
        "id",
        new FunctionRef(tenant, new FunctionName(function)),
        1,
        "",
        "",
        endedAt,
        error.isEmpty() ? "responded" : "trapped",
        error,
        Usage.NONE);
  }
}
