package dev.leat.gateway.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.gateway.control.OpenApiDocument.Declared;
import dev.leat.gateway.control.OperationTable.Found;
import dev.leat.gateway.control.OperationTable.Lookup;
import dev.leat.gateway.control.OperationTable.Nothing;
import dev.leat.gateway.control.OperationTable.OtherMethod;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OperationTableTest {
  private static final Operation DONE = call -> new Reply.Done();
  private final List<Declared> document =
      List.of(
          declared("list", "GET", "/v1/things"),
          declared("create", "POST", "/v1/things"),
          declared("show", "GET", "/v1/things/{thing}"),
          declared("mend", "POST", "/v1/things/{thing}:mend"),
          declared("part", "GET", "/v1/things/{thing}/parts/{part}"));
  private final OperationTable table =
      new OperationTable(
          document, Map.of("list", DONE, "create", DONE, "show", DONE, "mend", DONE, "part", DONE));

  private static Declared declared(String id, String method, String path) {
    return new Declared(
        id,
        method,
        path,
        Optional.empty(),
        false,
        false,
        false,
        false,
        1_024,
        List.of(),
        false,
        null);
  }

  @Test
  void path_ofTheDocument_givesItsOperationAndParameters() {
    assertThat(id(table.find("POST", "/v1/things"))).isEqualTo("create");
    assertThat(id(table.find("GET", "/v1/things/"))).isEqualTo("list");
    assertThat(table.find("GET", "/v1/things/a%2Fb+c/parts/%C3%A4"))
        .isInstanceOfSatisfying(
            Found.class,
            found ->
                assertThat(found.parameters())
                    .isEqualTo(Map.of("thing", "a/b+c", "part", "\u00e4")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "*",
        "/v1",
        "//v1/things",
        "/v1//things",
        "/v1/things//",
        "/v1/things//parts/1",
        "/v1/./things",
        "/v1/x/../things",
        "/v1/%74hings",
        "/v1/things/%61cme",
        "/v1/things/a%2Ec",
        "/v1/things/%2e%2e",
        "/V1/things",
        "/v1/things/a/parts",
        "/v1/things/a/parts/1/2"
      })
  void path_thatOnlyMeansTheSame_namesNothing(String path) {
    assertThat(table.find("GET", path)).isEqualTo(new Nothing());
  }

  /** By RFC 3986, 2.3 these mean the same with and without. */
  @Test
  void parameter_thatEncodesWhatNeedsNone_namesNothing() {
    for (char c = 0; c < 128; c++) {
      boolean isUnreserved =
          (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || "-._~".indexOf(c) >= 0;
      for (String form : List.of("%%%02x", "%%%02X")) {
        String path = "/v1/things/" + form.formatted((int) c);
        assertThat(table.find("GET", path) instanceof Nothing).as(path).isEqualTo(isUnreserved);
      }
    }
  }

  @Test
  void verb_isNoPartOfTheParameter() {
    assertThat(table.find("POST", "/v1/things/a%3A:mend"))
        .isInstanceOfSatisfying(
            Found.class,
            found -> {
              assertThat(id(found)).isEqualTo("mend");
              assertThat(found.parameters()).isEqualTo(Map.of("thing", "a:"));
            });
    assertThat(table.find("GET", "/v1/things/a:mend")).isEqualTo(new OtherMethod("POST"));
    assertThat(table.find("GET", "/v1/things/:mend"))
        .isInstanceOfSatisfying(
            Found.class,
            found -> assertThat(found.parameters()).isEqualTo(Map.of("thing", ":mend")));
    assertThat(id(table.find("GET", "/v1/things/a:other"))).isEqualTo("show");
    assertThat(table.find("POST", "/v1/things/a:mend/parts/1")).isEqualTo(new OtherMethod("GET"));
    assertThat(table.find("POST", "/v1/things/a%3Amend")).isEqualTo(new OtherMethod("GET"));
  }

  @Test
  void method_other_isToldWhichThereAre() {
    assertThat(table.find("DELETE", "/v1/things")).isEqualTo(new OtherMethod("GET, POST"));
    assertThat(table.find("HEAD", "/v1/things/a")).isEqualTo(new OtherMethod("GET"));
  }

  @Test
  void parameter_malformed_isNoParameter() {
    assertThatThrownBy(() -> table.find("GET", "/v1/things/%zz"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** So neither a forgotten class nor a forgotten line of the document survives a start. */
  @Test
  void operations_thatTheDocumentDoesNotName_orTheReverse_areRefused() {
    assertThatThrownBy(() -> new OperationTable(document, Map.of("list", DONE)))
        .hasMessageContaining("show");
    assertThatThrownBy(() ->
            new OperationTable(document.subList(0, 1), Map.of("list", DONE, "undeclared", DONE)))
        .hasMessageContaining("[undeclared]");
  }

  private static String id(Lookup lookup) {
    return lookup instanceof Found found ? found.operation().declared().id() : lookup.toString();
  }
}
