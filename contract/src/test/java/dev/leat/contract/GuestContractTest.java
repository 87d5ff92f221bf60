package dev.leat.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.GuestContract.Import;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class GuestContractTest {
  @Test
  void imports_haveTheFunctionsOfPowers_inEachOfTheContractsModules() {
    assertThat(GuestContract.PROCESSOR.imports())
        .hasSize(4 * 3 + 2 + ofAllContracts().size())
        .containsAll(
            List.of("flowctl", "env", "leat").stream()
                .map(module -> new Import(module, "record_metric", "(i32,i32,f64)->"))
                .toList());
    assertThat(GuestContract.HANDLER.imports())
        .contains(
            new Import("leat", "log", "(i32,i32,i32)->"),
            new Import("leat", "config_get", "(i32,i32,i32,i32)->i32"))
        .doesNotContain(new Import("leat", "record_metric", "(i32,i32,f64)->"));
    assertThat(GuestContract.WASI.imports()).isEqualTo(ofAllContracts());
    for (GuestContract contract : GuestContract.values()) {
      assertThat(contract.imports()).containsAll(ofAllContracts()).doesNotHaveDuplicates();
    }
  }

  private static List<Import> ofAllContracts() {
    return Stream.of(PowerFunction.values())
        .filter(function ->
            !List.of("record_metric", "http_request", "get_processor_state", "set_processor_state")
                .contains(function.importName()))
        .map(function -> new Import("leat", function.importName(), function.signature()))
        .toList();
  }

  @Test
  void canUse_isWhatTheContractHasAWayTo() {
    List<Grant> grants = List.of(new Grant.Logging(), new Grant.Metrics(), new Grant.Config());

    assertThat(grants)
        .filteredOn(GuestContract.HANDLER::canUse)
        .extracting(Grant::word)
        .containsExactly("logging", "metrics", "config");
    assertThat(grants).filteredOn(GuestContract.PROCESSOR::canUse).hasSize(3);
    assertThat(grants)
        .filteredOn(GuestContract.WASI::canUse)
        .extracting(Grant::word)
        .containsExactly("logging", "metrics", "config");
  }
}
