package dev.leat.gateway.invocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.gateway.Functions;
import dev.leat.registry.function.Sticky;
import dev.leat.registry.route.RoutingTable;
import io.vertx.core.MultiMap;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class InvocationTargetTest {
  private final RoutingTable routes = Functions.routes();

  private InvocationTarget of(String path) {
    return of(path, MultiMap.caseInsensitiveMultiMap());
  }

  private InvocationTarget of(String path, MultiMap fields) {
    return InvocationTarget.of(path, fields, routes);
  }

  @ParameterizedTest
  @CsvSource({
    "/f/acme/closed,           acme/closed@v2, ''",
    "/f/acme/closed/,          acme/closed@v2, /",
    "/f/acme/closed/a/b%2F,    acme/closed@v2, /a/b%2F",
    "/f/acme/closed:v1/a,      acme/closed@v1, /a",
    "/f/acme/closed:latest,    acme/closed@v2, ''",
    "/f/acme/closed:stable/a,  acme/closed@v1, /a",
    "/f/acme/quiet:v1,         acme/quiet@v1,  ''",
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
        "/f/acme/closed:stabl",
        "/f/acme/quiet",
        "/f/acme/sx",
        "/f/other/closed",
        "/f//closed",
        "/f/acme//closed"
      })
  void path_ofNothing_givesNoVersion(String path) {
    assertThat(of(path).called()).isNull();
  }

  @Test
  void split_byTurns_givesEachItsHalf() {
    int first = 0;
    for (int i = 0; i < 1_000; i++) {
      first += number(of("/f/acme/split")) == 1 ? 1 : 0;
    }

    assertThat(first).isBetween(498, 502);
  }

  @Test
  void split_callerIsKnownAgain_staysWithItsVersion() {
    Set<Integer> chosen = new HashSet<>();
    for (int i = 0; i < 100; i++) {
      MultiMap fields =
          MultiMap.caseInsensitiveMultiMap()
              .add("cookie", "a=b; xsession=1;session=" + i + "; c=d");
      int version = number(of("/f/acme/split", fields));
      chosen.add(version);
      for (int again = 0; again < 5; again++) {
        assertThat(number(of("/f/acme/split/x", fields))).isEqualTo(version);
      }
    }

    assertThat(chosen).containsExactlyInAnyOrder(1, 2);
  }

  @ParameterizedTest
  @CsvSource({
    "session=1, 1",
    "a=b;session=2, 2",
    "a=b;  session=3;session=4, 3",
    "session=a=b, a=b",
    "session, ",
    "session=, ",
    "sessions=1, ",
    ";;=;session;, ",
    "' ', ",
  })
  void cookie_isFoundByItsWholeName(String field, String value) {
    Sticky sticky = new Sticky(Sticky.Kind.COOKIE, "session");

    assertThat(KnownCaller.of(sticky, MultiMap.caseInsensitiveMultiMap().add("Cookie", field)))
        .isEqualTo(value);
  }

  private static int number(InvocationTarget target) {
    return Objects.requireNonNull(target.called()).version().number();
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
