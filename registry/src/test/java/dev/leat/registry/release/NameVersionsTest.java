package dev.leat.registry.release;

import static dev.leat.registry.TestRegistry.ACME;
import static dev.leat.registry.TestRegistry.ACTOR;
import static dev.leat.registry.TestRegistry.MASK;
import static dev.leat.registry.TestRegistry.done;
import static dev.leat.registry.TestRegistry.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.leat.contract.Answer;
import dev.leat.contract.ProblemCode;
import dev.leat.registry.TestRegistry;
import dev.leat.registry.function.Alias;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class NameVersionsTest {
  private TestRegistry registry;

  @BeforeEach
  void open(@TempDir Path directory) {
    registry = new TestRegistry(directory);
    registry.deploy("mask", 1);
    registry.deploy("mask", 2);
  }

  @AfterEach
  void close() {
    registry.close();
  }

  @Test
  void alias_isCalledBy_movesAndGoes() {
    done(set("stable", 1));
    registry.changes.catchUp();
    assertThat(registry.route("mask").target("stable"))
        .isEqualTo(registry.route("mask").target("v1"));
    done(set("stable", 2));
    registry.changes.catchUp();
    assertThat(registry.route("mask").target("stable"))
        .isEqualTo(registry.route("mask").target("v2"));
    assertThat(done(registry.naming.list(ACME, MASK)))
        .extracting(Alias::name, Alias::version, Alias::changedBy)
        .containsExactly(tuple("stable", 2, ACTOR));
    assertThat(done(registry.naming.show(ACME, MASK, "stable")).version()).isEqualTo(2);

    done(registry.naming.delete(ACME, ACTOR, MASK, "stable"));
    registry.changes.catchUp();
    assertThat(registry.route("mask").target("stable")).isNull();
    refused(registry.naming.delete(ACME, ACTOR, MASK, "stable"), ProblemCode.NOT_FOUND);
    refused(registry.naming.show(ACME, MASK, "stable"), ProblemCode.NOT_FOUND);
    assertThat(registry.recorded(ACME))
        .startsWith(
            "alias.delete acme/mask:stable",
            "alias.set acme/mask:stable",
            "alias.set acme/mask:stable");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "latest", "v1", "v2-hotfix", "Stable", "a_b", "-a", "1"})
  void alias_thatCouldBeTakenForSomethingElse_isRefused(String name) {
    refused(set(name, 1), ProblemCode.INVALID_REQUEST);
  }

  @ParameterizedTest
  @ValueSource(strings = {"v", "version", "stable-2", "vv1"})
  void alias_thatCouldNot_isTaken(String name) {
    done(set(name, 1));
  }

  @Test
  void ifMatch_thatHoldsNoMore_isToldWhatIsThere() {
    assertThat(
            refused(set("stable", 1, Optional.of("\"v1\"")), ProblemCode.PRECONDITION_FAILED)
                .detail())
        .contains("is not there");
    done(set("stable", 1));
    Optional<String> seen = Optional.of(done(registry.naming.show(ACME, MASK, "stable")).etag());

    done(set("stable", 2, seen));

    assertThat(refused(set("stable", 2, seen), ProblemCode.PRECONDITION_FAILED).detail())
        .contains("was to be \"v1\"", "is \"v2\"");
    done(set("stable", 2, Optional.of("*")));
  }

  /** Two who saw the same: one wins, the other is told. */
  @Test
  void ifMatch_ofTwoAtOnce_oneWins() throws Exception {
    registry.deploy("mask", 3);
    for (int round = 0; round < 20; round++) {
      done(set("stable", 1));
      CyclicBarrier together = new CyclicBarrier(2);
      List<Answer<Alias>> answers;
      try (ExecutorService two = Executors.newFixedThreadPool(2)) {
        List<Future<Answer<Alias>>> both =
            two.invokeAll(List.of(() -> setTogether(together, 2), () -> setTogether(together, 3)));
        answers = List.of(both.get(0).get(), both.get(1).get());
      }

      assertThat(answers).filteredOn(answer -> answer instanceof Answer.Done).hasSize(1);
      assertThat(answers)
          .filteredOn(answer -> answer instanceof Answer.Refused)
          .singleElement()
          .satisfies(answer -> refused(answer, ProblemCode.PRECONDITION_FAILED));
    }
  }

  private Answer<Alias> setTogether(CyclicBarrier together, int version) throws Exception {
    together.await();
    return set("stable", version, Optional.of("\"v1\""));
  }

  @Test
  void alias_ofAVersionThatIsNot_isRefused_andSoIsOneTooMany() {
    refused(set("stable", 3), ProblemCode.FUNCTION_NOT_FOUND);
    for (int i = 0; i < Alias.COUNT_MAX; i++) {
      done(set("a" + i, 1));
    }
    assertThat(refused(set("stable", 1), ProblemCode.CONFLICT).detail())
        .isEqualTo("Function 'mask' has 50 aliases, the most that it may have. Delete one.");
    done(set("a1", 2));
  }

  private Answer<Alias> set(String alias, int version) {
    return set(alias, version, Optional.empty());
  }

  private Answer<Alias> set(String alias, int version, Optional<String> ifMatch) {
    return registry.naming.set(ACME, ACTOR, MASK, alias, version, ifMatch);
  }
}
