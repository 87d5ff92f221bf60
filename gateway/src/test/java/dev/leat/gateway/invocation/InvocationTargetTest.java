package dev.leat.gateway.invocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.gateway.Functions;
import dev.leat.registry.route.RoutingTable;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class InvocationTargetTest {
  private final RoutingTable routes = Functions.routes();

  private InvocationTarget of(String path) {
    return InvocationTarget.of(path, routes);
  }

  @ParameterizedTest
  @CsvSource({
    "/f/acme/closed,           acme/closed@v2, ''",
    "/f/acme/closed/,          acme/closed@v2, /",
    "/f/acme/closed/a/b%2F,    acme/closed@v2, /a/b%2F",
    "/f/acme/closed:v1/a,      acme/closed@v1, /a",
    "/f/acme/closed:latest,    acme/closed@v2, ''",
    "/f/acme/s,                acme/small@v1,  ''",
    "/f/acme/s/a,              acme/small@v1,  /a"
  })
  void path_givesTheVersionAndTheRest(String path, String version, String rest) {
    InvocationTarget target = of(path);

    assertThat(Objects.requireNonNull(target.called()).version()).hasToString(version);
    assertThat(target.rest()).isEqualTo(rest);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/f/",
        "/f/acme",
        "/f/acme/",
        "/f/acme/none",
        "/f/acme/closed:v3",
        "/f/acme/closed:",
        "/f/acme/sx",
        "/f/other/closed",
        "/f//closed",
        "/f/acme//closed"
      })
  void path_ofNothing_givesNoVersion(String path) {
    assertThat(of(path).called()).isNull();
  }

  /** What a version that does not exist would say is unknown: the active one decides. */
  @Test
  void public_isDecidedByTheVersionThatIsCalled() {
    assertThat(of("/f/acme/closed").isPublic()).isFalse();
    assertThat(of("/f/acme/closed:v1").isPublic()).isTrue();
    assertThat(of("/f/acme/closed:v9").isPublic()).isFalse();
    assertThat(of("/f/acme/open:v9").isPublic()).isTrue();
    assertThat(of("/f/acme/none").isPublic()).isFalse();
  }
}
