package dev.leat.worker.capability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.contract.Grant;
import dev.leat.contract.GuestContract;
import dev.leat.contract.GuestContract.Import;
import dev.leat.contract.permission.PermissionSource;
import dev.leat.engine.HostFunction;
import dev.leat.engine.WasiFunctions;
import dev.leat.testkit.WasmBuilder;
import dev.leat.worker.HostPowers;
import dev.leat.worker.TestFunction;
import dev.leat.worker.TestHttp;
import dev.leat.worker.TestKeyValues;
import dev.leat.worker.TestSecrets;
import dev.leat.worker.capability.clock.ClockPower;
import dev.leat.worker.capability.clock.GuestClock;
import dev.leat.worker.capability.config.GuestConfig;
import dev.leat.worker.capability.database.DatabasePower;
import dev.leat.worker.capability.logging.GuestLogs;
import dev.leat.worker.capability.logging.InstanceLog;
import dev.leat.worker.capability.metrics.GuestMetrics;
import dev.leat.worker.capability.random.GuestRandom;
import dev.leat.worker.guest.GuestFactory;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What the worker links is what the contracts name, and nothing is lent without its grant. */
final class HostPowersTest {
  private static final Powers POWERS =
      HostPowers.of(
          new GuestLogs((from, level, text) -> 0, System::nanoTime),
          new GuestMetrics(function -> true),
          TestKeyValues.unused(),
          TestHttp.unused(),
          TestSecrets.unused(),
          DatabasePower.none(),
          InstantSource.system(),
          PermissionSource.OF_MANIFESTS,
          new PermissionDenials((function, type, resource) -> {}));

  private static Stream<Grant> grants() {
    return Stream.of(
        new Grant.Logging(),
        new Grant.Metrics(),
        new Grant.Config(),
        new Grant.Http(List.of("https://a.example"), 60),
        new Grant.KeyValue("default", Duration.ofHours(1)),
        new Grant.Secrets(List.of("a")),
        new Grant.Database("main", List.of("read:a")));
  }

  private static LentPowers lent(GuestContract contract, Grant... granted) {
    byte[] module = new WasmBuilder().build();
    return POWERS.lend(TestFunction.of(contract, module).grants(granted).version(), null);
  }

  @ParameterizedTest
  @EnumSource
  void functions_areThoseOfTheContractAndWasi_eachOnce(GuestContract contract) {
    List<Import> named = new ArrayList<>(contract.imports());
    WasiFunctions.all()
        .forEach(
            (name, signature) -> named.add(new Import(GuestContract.WASI_MODULE, name, signature)));

    List<HostFunction> linked = GuestFactory.hostFunctions(contract, lent(contract));

    assertThat(linked)
        .extracting(
            function -> new Import(function.module(), function.name(), function.signature()))
        .containsExactlyInAnyOrderElementsOf(named);
  }

  @ParameterizedTest
  @MethodSource("grants")
  void grant_isLent(Grant grant) {
    for (GuestContract contract : GuestContract.values()) {
      int more = lent(contract, grant).count() - lent(contract).count();

      assertThat(more).isEqualTo(1);
    }
  }

  @Test
  void withoutGrants_onlyTimeAndRandomnessAreLent() {
    LentPowers lent = lent(GuestContract.PROCESSOR);

    assertThat(lent.find(GuestClock.class)).isPresent();
    assertThat(lent.find(GuestRandom.class)).isPresent();
    assertThat(lent.find(InstanceLog.class)).isEmpty();
    assertThat(lent.find(GuestConfig.class)).isEmpty();
    assertThat(lent.count()).isEqualTo(2);
  }

  @Test
  void twoPowersOfTheSameFunction_areRefused() {
    assertThatThrownBy(() -> POWERS.with(new ClockPower(InstantSource.system())))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("clock_res_get");
  }
}
