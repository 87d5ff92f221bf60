package dev.leat.worker.jdbi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.testkit.TestDatabase;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What deleted tenants left is removed though it cannot be reached for a while. */
class JdbiForgottenTenantsTest {
  private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");

  private final List<String> removed = new ArrayList<>();

  @Test
  void remove_isDoneAgain_untilNothingCanBeWrittenAnyMore() {
    try (TestDatabase database = TestKeyValueStore.DATABASES.h2()) {
      JdbiForgottenTenants forgotten = new JdbiForgottenTenants(database.dataSource());
      forgotten.add("acme@1", NOW);
      forgotten.add("acme@1", NOW.plusSeconds(60));

      assertThatThrownBy(() -> forgotten.remove(this::away, NOW.plusSeconds(1))).hasMessage("away");
      Deque<Integer> left = new ArrayDeque<>(List.of(1, 1, 0));
      forgotten.remove(
          owner -> {
            removed.add(owner);
            return left.remove();
          },
          NOW.plusSeconds(2));
      assertThat(removed).containsExactly("acme@1", "acme@1", "acme@1");

      Instant later = NOW.plus(JdbiForgottenTenants.KEPT).plusSeconds(1);
      forgotten.remove(this::nothing, later);
      assertThat(removed).as("what was written meanwhile").hasSize(4);
      forgotten.remove(this::nothing, later);
      assertThat(removed).as("it is over").hasSize(4);
    }
  }

  private int away(String owner) {
    throw new IllegalStateException("away");
  }

  private int nothing(String owner) {
    removed.add(owner);
    return 0;
  }
}
