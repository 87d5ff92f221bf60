package dev.leat.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.Change;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.VersionRef;
import dev.leat.store.Leases.Lease;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class AssignmentTableTest {
  private static final FunctionVersion F = TestVersions.version("f");
  private static final FunctionVersion G = TestVersions.version("g");

  private final List<Assignment> stored = new ArrayList<>();
  private final List<VersionRef> told = new ArrayList<>();
  private final AssignmentTable table = new AssignmentTable(new Stored(), "a", told::add);

  /** A store whose rows the test sets. */
  private final class Stored implements AssignmentStore {
    @Override
    public List<Assignment> all() {
      return List.copyOf(stored);
    }

    @Override
    public List<Assignment> of(FunctionRef function) {
      return stored.stream().filter(row -> row.version().function().equals(function)).toList();
    }

    @Override
    public void replace(Lease lease, Map<VersionRef, Map<String, Integer>> instances) {
      throw new UnsupportedOperationException("The table only reads");
    }
  }

  @Test
  void nothingLoaded_nothingIsDecided() {
    assertThat(table.of(F)).isEmpty();
    assertThat(table.own(F)).isZero();
  }

  @Test
  void load_takesAllOver_andTellsOfItsOwn() {
    stored.add(new Assignment(F.ref(), "a", 2));
    stored.add(new Assignment(F.ref(), "b", 3));
    stored.add(new Assignment(G.ref(), "b", 1));

    table.load();

    assertThat(table.of(F)).containsExactlyInAnyOrder("a", "b");
    assertThat(table.of(G)).containsExactly("b");
    assertThat(table.own(F)).isEqualTo(2);
    assertThat(table.own(G)).isZero();
    assertThat(told).containsExactly(F.ref());
  }

  @Test
  void changed_takesOverThatFunctionAlone() {
    stored.add(new Assignment(F.ref(), "a", 2));
    stored.add(new Assignment(G.ref(), "a", 1));
    table.load();
    told.clear();
    stored.clear();

    table.changed(new Change.AssignmentChanged(F.function()));

    assertThat(table.of(F)).isEmpty();
    assertThat(table.of(G)).containsExactly("a");
    assertThat(told).as("less needs nothing done").isEmpty();
  }

  @Test
  void load_again_letsGoOfWhatIsGone_andTellsOnlyOfMore() {
    stored.add(new Assignment(F.ref(), "a", 2));
    stored.add(new Assignment(G.ref(), "a", 1));
    table.load();
    told.clear();
    stored.clear();
    stored.add(new Assignment(G.ref(), "a", 2));

    table.load();

    assertThat(table.of(F)).isEmpty();
    assertThat(told).containsExactly(G.ref());
  }
}
