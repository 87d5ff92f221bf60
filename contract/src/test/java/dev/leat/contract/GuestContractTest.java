package dev.leat.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.GuestContract.Import;
import java.util.List;
import org.junit.jupiter.api.Test;

final class GuestContractTest {
  @Test
  void imports_haveTheFunctionsOfPowers_inEachOfTheContractsModules() {
    assertThat(GuestContract.PROCESSOR.imports())
        .hasSize(15)
        .containsAll(
            List.of("flowctl", "env", "leat").stream()
                .map(module -> new Import(module, "record_metric", "(i32,i32,f64)->"))
                .toList());
    assertThat(GuestContract.HANDLER.imports())
        .contains(
            new Import("leat", "log", "(i32,i32,i32)->"),
            new Import("leat", "config_get", "(i32,i32,i32,i32)->i32"))
        .doesNotContain(new Import("leat", "record_metric", "(i32,i32,f64)->"));
    assertThat(GuestContract.WASI.imports()).isEmpty();
  }

  @Test
  void canUse_isWhatTheContractHasAWayTo() {
    List<Grant> grants = List.of(new Grant.Logging(), new Grant.Metrics(), new Grant.Config());

    assertThat(grants)
        .filteredOn(GuestContract.HANDLER::canUse)
        .extracting(Grant::word)
        .containsExactly("logging", "config");
    assertThat(grants).filteredOn(GuestContract.PROCESSOR::canUse).hasSize(3);
    assertThat(grants)
        .filteredOn(GuestContract.WASI::canUse)
        .extracting(Grant::word)
        .containsExactly("logging");
  }
}
