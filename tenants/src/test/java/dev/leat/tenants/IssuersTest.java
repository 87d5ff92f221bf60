package dev.leat.tenants;

import static dev.leat.tenants.Platform.ACME;
import static dev.leat.tenants.Platform.OTHER;
import static dev.leat.tenants.Platform.done;
import static dev.leat.tenants.Platform.refused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.Answer;
import dev.leat.contract.Finding;
import dev.leat.contract.ProblemCode;
import dev.leat.contract.TenantId;
import dev.leat.tenants.Issuer.RoleRule;
import dev.leat.testkit.ManualClock;
import dev.leat.testkit.TestDatabase;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class IssuersTest {
  private static final String URL = "https://id.example.com";
  private static final RoleRule RULE = new RoleRule("groups", "staff", Role.DEVELOPER);

  private final TestDatabase database = Platform.DATABASES.h2();
  private final Platform platform = Platform.start(database, new ManualClock());
  private final Issuers issuers = platform.issuers;

  @BeforeEach
  void createTenants() {
    platform.held(platform.tenants.create(ACME));
    platform.held(platform.tenants.create(OTHER));
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void add_isListedAndRemoved() {
    Issuer added = done(add(ACME, "corp", URL, "leat-acme"));

    assertThat(issuers.list(ACME)).containsExactly(added);
    assertThat(issuers.list(OTHER)).isEmpty();
    assertThat(refused(issuers.remove(OTHER, "corp")).code()).isEqualTo(ProblemCode.NOT_FOUND);
    assertThat(done(issuers.remove(ACME, "corp"))).isEqualTo("corp");
    assertThat(refused(issuers.remove(ACME, "corp")).code()).isEqualTo(ProblemCode.NOT_FOUND);
  }

  @Test
  void add_whatIsTaken_isAConflictWithTheRemedy() {
    done(add(ACME, "corp", URL, "leat-acme"));

    assertThat(refused(add(ACME, "corp", URL, "more")).detail()).contains("already. Remove it");
    assertThat(refused(add(OTHER, "corp", URL, "leat-acme")).detail()).contains("or another");
    done(add(OTHER, "corp", URL, "leat-other"));
    done(add(OTHER, "corp2", URL + "/2", "leat-acme"));
    assertThat(refused(add(new TenantId("absent"), "corp", URL, "x")).code())
        .isEqualTo(ProblemCode.NOT_FOUND);
  }

  @Test
  void add_moreThanTheMost_isRefused() {
    for (int i = 0; i < Issuers.PER_TENANT_MAX; i++) {
      done(add(ACME, "corp-" + i, URL, "a" + i));
    }

    assertThat(refused(add(ACME, "more", URL, "more")).detail()).contains("5 issuers");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "leat",
        "id.example.com",
        "http://id.example.com",
        "http://127.0.0.1.example.com",
        "http://127.0.0.1@example.com",
        "https://user:secret@id.example.com",
        "https://id.example.com/#x",
        "https://",
        "https:///path",
        "https://a b",
        "file:///etc/passwd",
        "jar:https://x!/y",
        "ftp://id.example.com"
      })
  void add_urlThatIsNotToBeFetched_isRefused(String url) {
    assertThat(refused(issuers.add(ACME, "c", url, URL, "x", List.of(RULE))).findings())
        .extracting(Finding::at)
        .containsExactly("issuer");
    assertThat(refused(issuers.add(ACME, "c", URL, url, "x", List.of(RULE))).findings())
        .extracting(Finding::at)
        .containsExactly("jwks");
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://127.0.0.1:8081/a", "http://[::1]/a", "http://localhost:1/a"})
  void add_loopback_mayGoWithoutTls(String url) {
    done(issuers.add(ACME, "c", url, url, "x", List.of(RULE)));
  }

  @Test
  void add_severalMistakes_areAllFound() {
    List<RoleRule> rules =
        List.of(
            RULE,
            new RoleRule("", "x", Role.INVOKER),
            new RoleRule("a", "b c", Role.INVOKER),
            new RoleRule("a", "b", Role.OPERATOR));

    assertThat(refused(issuers.add(ACME, "No", "x", "y", "", rules)).findings())
        .extracting(Finding::at)
        .containsExactly("name", "issuer", "jwks", "audience", "roles[1]", "roles[2]", "roles[3]");
    for (List<RoleRule> number : List.of(List.<RoleRule>of(), Collections.nCopies(21, RULE))) {
      assertThat(refused(issuers.add(ACME, "c", URL, URL, "x", number)).detail()).contains("1-20");
    }
  }

  private Answer<Issuer> add(TenantId tenant, String name, String url, String audience) {
    return issuers.add(tenant, name, url, url + "/jwks", audience, List.of(RULE));
  }
}
