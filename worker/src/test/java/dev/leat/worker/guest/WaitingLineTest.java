package dev.leat.worker.guest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.TenantId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class WaitingLineTest {
  private static final TenantId ACME = new TenantId("acme");
  private static final TenantId OTHER = new TenantId("other");

  private final WaitingLine<String> line = new WaitingLine<>();

  @Test
  void tenants_areServedByTurns_andOfOneTheLongestFirst() {
    line.add(ACME, "a1");
    line.add(ACME, "a2");
    line.add(ACME, "a3");
    line.add(OTHER, "o1");
    line.add(OTHER, "o2");

    assertThat(line.size()).isEqualTo(5);
    assertThat(all()).containsExactly("a1", "o1", "a2", "o2", "a3");
    assertThat(line.isEmpty()).isTrue();
  }

  @Test
  void whoLeaves_isNotServed_andHoldsNoPlaceOfItsTenant() {
    line.add(ACME, "a1");
    line.add(OTHER, "o1");
    line.remove(ACME, "a1");
    line.remove(ACME, "a1");
    line.remove(OTHER, "never there");

    assertThat(line.size()).isEqualTo(1);
    assertThat(line.peek()).isEqualTo("o1");
    assertThat(all()).containsExactly("o1");
    assertThat(line.poll()).isNull();
    assertThat(line.peek()).isNull();
  }

  private List<String> all() {
    List<String> all = new ArrayList<>();
    for (String next = line.poll(); next != null; next = line.poll()) {
      all.add(next);
    }
    return all;
  }
}
