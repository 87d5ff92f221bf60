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
            !List.of(
                    "record_metric",
                    "http_request",
                    "get_processor_state",
                    "set_processor_state",
                    "db_query")
                .contains(function.importName()))
        .map(function -> new Import("leat", function.importName(), function.signature()))
        .toList();
  }

  /** What a manifest asks for is never in vain. */
  @Test
  void everyPower_hasAFunctionInEveryContract() {
    for (GuestContract contract : GuestContract.values()) {
      for (Class<?> grant : Grant.class.getPermittedSubclasses()) {
        assertThat(PowerFunction.values())
            .as("%s of %s", grant, contract)
            .anyMatch(function ->
                function.grant().equals(grant)
                    && contract.imports().stream()
                        .anyMatch(offered -> offered.name().equals(function.importName())));
      }
    }
  }
}
