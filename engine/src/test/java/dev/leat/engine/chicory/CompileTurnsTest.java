package dev.leat.engine.chicory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.TenantId;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tenants take turns at being compiled, and nobody starves. */
final class CompileTurnsTest {
  private static final TenantId A = new TenantId("a");
  private static final TenantId B = new TenantId("b");
  private static final TenantId C = new TenantId("c");

  private final CompileTurns<String> turns = new CompileTurns<>();

  @AfterEach
  void nobodyIsForgotten() {
    while (turns.peek() != null) {
      turns.begin();
    }
    assertThat(turns.waiting()).isZero();
  }

  @Test
  void tenantWithOne_comesBeforeTheNextOfTheTenantThatIsServed() {
    add(A, "a1", "a2", "a3");
    assertThat(serve()).isEqualTo("a1");
    add(B, "b1", "b2");

    turns.ended(A);

    assertThat(serveAll(A, B)).containsExactly("b1", "a2", "b2", "a3");
  }

  @Test
  void twoTenantsAtTheSameTime_goInTheOrderInWhichTheyCame() {
    add(B, "b1");
    add(A, "a1");
    add(C, "c1");

    assertThat(serveAll(A, B, C)).containsExactly("b1", "a1", "c1");
  }

  @Test
  void tenantsOfWhomNothingRuns_goFirst() {
    add(A, "a1", "a2", "a3");
    add(B, "b1");

    assertThat(List.of(serve(), serve())).containsExactly("a1", "b1");
    add(C, "c1");
    turns.ended(B);
    assertThat(serve()).as("of A one runs already").isEqualTo("c1");
    assertThat(serve()).isEqualTo("a2");
  }

  /** One that sends each module when the one before is done comes anew each time. */
  @Test
  void tenantsThatComeAgainAndAgain_doNotKeepAnotherWaiting() {
    add(A, "a1", "a2");
    assertThat(serve()).isEqualTo("a1");
    add(B, "b1");
    turns.ended(A);
    assertThat(serve()).isEqualTo("b1");
    add(C, "c1");
    turns.ended(B);
    add(B, "b2");

    assertThat(serve()).isEqualTo("a2");
  }

  @Test
  void tenantAtItsBound_isRefusedAndOthersAreNot() {
    for (int i = 0; i < CompileTurns.WAITING_PER_TENANT; i++) {
      add(A, "a" + i);
    }

    assertThat(turns.add(A, "one more")).isFalse();
    assertThat(turns.add(B, "b")).isTrue();
    serve();
    assertThat(turns.add(A, "one more")).isTrue();
  }

  @Test
  void withdrawn_isNotServed() {
    add(A, "a1", "a2");
    add(B, "b1");

    assertThat(turns.withdraw(A, "a1")).isTrue();
    assertThat(turns.withdraw(A, "a1")).isFalse();
    assertThat(turns.withdraw(C, "a2")).isFalse();

    assertThat(serveAll(A, B)).containsExactly("a2", "b1");
  }

  private void add(TenantId tenant, String... jobs) {
    for (String job : jobs) {
      assertThat(turns.add(tenant, job)).isTrue();
    }
  }

  private String serve() {
    String next = Objects.requireNonNull(turns.peek());
    turns.begin();
    return next;
  }

  /** Serves one after the other; each ends before the next begins. */
  private List<String> serveAll(TenantId... tenants) {
    List<String> served = new ArrayList<>();
    while (turns.peek() != null) {
      String next = serve();
      served.add(next);
      for (TenantId tenant : tenants) {
        if (next.startsWith(tenant.value())) {
          turns.ended(tenant);
        }
      }
    }
    return served;
  }
}
