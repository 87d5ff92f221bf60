package dev.leat.invocations.jdbi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.TenantId;
import dev.leat.invocations.LogLine;
import dev.leat.invocations.LogStore;
import dev.leat.invocations.LogStore.Filter;
import dev.leat.testkit.MigratedDatabases;
import dev.leat.testkit.TestDatabase;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The laws of {@link LogStore}, by their numbers. */
abstract class LogStoreContract {
  private static final TenantId ACME = new TenantId("acme");
  private static final TenantId OTHER = new TenantId("other");
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00.123Z");
  private static final Filter ALL = new Filter(Optional.empty(), Optional.empty());

  static final MigratedDatabases DATABASES = new MigratedDatabases(InvocationsSchema::migrate);

  private final TestDatabase database;
  private LogStore store;

  LogStoreContract(TestDatabase database) {
    this.database = database;
  }

  @BeforeEach
  void open() {
    store = node();
  }

  @AfterEach
  void close() {
    database.close();
  }

  private LogStore node() {
    return new JdbiLogStore(database.dataSource());
  }

  @Test
  void law1_append_keepsLinesAsTheyAre_butForWhatNoDatabaseKeeps() {
    LogLine line = line(ACME, "mask", "call-1", "ünï\n'quoted'", NOW);

    store.append(List.of(line, line(ACME, "mask", "call-1", "a\0b\ud800", NOW)));

    assertThat(lines(store.last(ACME, ALL, 10)))
        .containsExactly(line, line(ACME, "mask", "call-1", "a\uFFFDb\uFFFD", NOW));
  }

  @Test
  void law2_whoeverFollows_meetsEachLineOnce_whicheverNodeKeptIt() throws Exception {
    int nodes = 3;
    int each = 30;
    List<Future<?>> written = new ArrayList<>();
    List<String> met = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(nodes)) {
      for (int node = 0; node < nodes; node++) {
        LogStore own = node();
        String name = "node" + node + "/";
        written.add(
            threads.submit(() -> {
              for (int i = 0; i < each; i++) {
                own.append(
                    List.of(
                        line(ACME, "f", "c", name + i + "a", NOW),
                        line(ACME, "f", "c", name + i + "b", NOW)));
              }
            }));
      }
      long position = LogStore.START;
      boolean isLast = false;
      while (!isLast) {
        isLast = written.stream().allMatch(Future::isDone);
        List<LogStore.Kept> more;
        while (!(more = store.after(ACME, ALL, position, 7)).isEmpty()) {
          lines(more).forEach(line -> met.add(line.text()));
          position = more.getLast().position();
        }
      }
    }
    for (Future<?> one : written) {
      one.get();
    }

    assertThat(met).hasSize(nodes * each * 2).doesNotHaveDuplicates();
  }

  @Test
  void law2_law3_onlyWhatFits_ofTheTenantAlone() {
    store.append(
        List.of(
            line(ACME, "f", "c1", "1", NOW),
            line(OTHER, "f", "c1", "2", NOW),
            line(ACME, "g", "c2", "3", NOW),
            line(ACME, "f", "c2", "4", NOW)));

    assertThat(texts(store.last(ACME, function("f"), 10))).containsExactly("1", "4");
    assertThat(texts(store.last(ACME, ALL, 2))).containsExactly("3", "4");
    assertThat(
            texts(
                store.after(
                    ACME, new Filter(Optional.empty(), Optional.of("c2")), LogStore.START, 10)))
        .containsExactly("3", "4");
  }

  @Test
  void law4_prune_removesTheOld_andWhatIsTooMany() {
    for (int i = 0; i < 6; i++) {
      store.append(
          List.of(
              line(ACME, "f", "c", "" + i, NOW.plusSeconds(i)),
              line(OTHER, "f", "c", "" + i, NOW.plusSeconds(i))));
    }

    assertThat(store.prune(NOW.plusSeconds(2), List.of(ACME), 3, 4)).isEqualTo(4);
    assertThat(store.prune(NOW.plusSeconds(2), List.of(ACME), 3, 4)).isEqualTo(1);

    assertThat(texts(store.last(ACME, ALL, 10))).containsExactly("3", "4", "5");
    assertThat(texts(store.last(OTHER, ALL, 10))).containsExactly("2", "3", "4", "5");
  }

  @Test
  void law5_forget_removesTheTenantsOnly() {
    store.append(List.of(line(ACME, "f", "c", "1", NOW), line(OTHER, "f", "c", "2", NOW)));

    store.forget(ACME);

    assertThat(store.last(ACME, ALL, 10)).isEmpty();
    assertThat(store.last(OTHER, ALL, 10)).hasSize(1);
  }

  private static Filter function(String name) {
    return new Filter(Optional.of(new FunctionName(name)), Optional.empty());
  }

  private static List<LogLine> lines(List<LogStore.Kept> kept) {
    return kept.stream().map(LogStore.Kept::line).toList();
  }

  private static List<String> texts(List<LogStore.Kept> kept) {
    return lines(kept).stream().map(LogLine::text).toList();
  }

  private static LogLine line(
      TenantId tenant, String function, String invocation, String text, Instant at) {
    return new LogLine(
        at, new FunctionRef(tenant, new FunctionName(function)), 1, invocation, "info", text);
  }
}
