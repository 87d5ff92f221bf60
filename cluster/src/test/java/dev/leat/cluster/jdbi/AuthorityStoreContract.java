package dev.leat.cluster.jdbi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.cluster.trust.AuthorityStore;
import dev.leat.cluster.trust.AuthorityStore.Kept;
import dev.leat.cluster.trust.ClusterAuthority;
import dev.leat.store.StoreFailure;
import dev.leat.testkit.ManualClock;
import dev.leat.testkit.MigratedDatabases;
import dev.leat.testkit.TestDatabase;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The law of the store, which every database must keep. */
abstract class AuthorityStoreContract {
  private static final int NODES = 4;
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  static final MigratedDatabases DATABASES = new MigratedDatabases(ClusterSchema::migrate);

  private final TestDatabase database;

  AuthorityStoreContract(TestDatabase database) {
    this.database = database;
  }

  @AfterEach
  void close() {
    database.close();
  }

  private AuthorityStore node() {
    return new JdbiAuthorityStore(database.dataSource());
  }

  @Test
  void law1_theFirstIsKeptAsItWas() {
    Kept first = new Kept("c".repeat(1_500), "k".repeat(300), NOW.plusMillis(123));

    assertThat(node().keepFirst(first)).isEqualTo(first);
    assertThat(node().keepFirst(new Kept("d", "l", NOW))).isEqualTo(first);
  }

  @Test
  void law1_nodesThatStartAtOnce_haveOneAuthority() throws Exception {
    CyclicBarrier together = new CyclicBarrier(NODES);
    List<Future<ClusterAuthority>> made = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(NODES)) {
      for (int i = 0; i < NODES; i++) {
        made.add(
            threads.submit(() -> {
              together.await();
              return ClusterAuthority.of(node(), new ManualClock(NOW));
            }));
      }
    }

    ClusterAuthority first = made.getFirst().get();
    for (Future<ClusterAuthority> each : made) {
      assertThat(each.get()).hasToString(first.toString());
    }
  }

  @Test
  void failure_repeatsNoSecret() {
    database.execute("DROP TABLE cluster_authority");

    assertThatThrownBy(() -> node().keepFirst(new Kept("c", "the-secret", NOW)))
        .isInstanceOf(StoreFailure.class)
        .hasMessageContaining("Keeping the cluster's authority")
        .hasStackTraceContaining("cluster_authority")
        .satisfies(e -> assertThat(stackTrace(e)).doesNotContain("the-secret"));
  }

  private static String stackTrace(Throwable failure) {
    StringWriter words = new StringWriter();
    failure.printStackTrace(new PrintWriter(words));
    return words.toString();
  }
}
