package dev.leat.tenants;

import static dev.leat.tenants.Platform.ACME;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.util.JSONObjectUtils;
import dev.leat.contract.RequiredClaims;
import dev.leat.tenants.Authentication.Authenticated;
import dev.leat.tenants.Authentication.Refused;
import dev.leat.tenants.Issuer.RoleRule;
import dev.leat.testkit.ManualClock;
import dev.leat.testkit.TestDatabase;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import no.nav.security.mock.oauth2.MockOAuth2Server;
import no.nav.security.mock.oauth2.OAuth2Config;
import no.nav.security.mock.oauth2.http.NettyWrapper;
import no.nav.security.mock.oauth2.token.KeyProvider;
import no.nav.security.mock.oauth2.token.OAuth2TokenProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A real OpenID provider over HTTP: its discovery document, its keys, its token endpoint. */
final class OpenIdProviderIT {
  private final TestDatabase database = Platform.DATABASES.h2();
  private final Platform platform = Platform.start(database, new ManualClock(Instant.now()));
  private final HttpClient http = HttpClient.newHttpClient();
  private MockOAuth2Server server = provider("RS256");

  private static MockOAuth2Server provider(String algorithm) {
    return new MockOAuth2Server(
        new OAuth2Config(
            false,
            null,
            null,
            false,
            new OAuth2TokenProvider(new KeyProvider(List.of(), algorithm)),
            Set.of(),
            new NettyWrapper()));
  }

  @BeforeEach
  void createTenant() {
    platform.held(platform.tenants.create(ACME));
  }

  @AfterEach
  void close() {
    server.shutdown();
    http.close();
    platform.jwks.close();
    database.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"RS256", "PS256", "ES256"})
  void tokensOfTheProvider_areTaken(String algorithm) throws Exception {
    server = provider(algorithm);
    server.start();
    take("corp");

    Authentication answer = authenticate(token("corp", "leat-acme", List.of("staff")));

    assertThat(answer)
        .isInstanceOfSatisfying(
            Authenticated.class,
            good -> {
              assertThat(good.principal().subject()).isEqualTo("alice");
              assertThat(good.principal().tenant()).contains(ACME);
              assertThat(good.principal().roles()).containsExactly(Role.DEVELOPER);
              assertThat(good.principal().issuer()).isEqualTo(Optional.of("corp"));
            });
    assertThat(authenticate(token("corp", "leat-acme", List.of("guests"))))
        .isInstanceOf(Refused.class);
    assertThat(authenticate(token("corp", "shop", List.of("staff")))).isInstanceOf(Refused.class);
    assertThat(authenticate(token("another", "leat-acme", List.of("staff"))))
        .as("another issuer of the same server")
        .isInstanceOf(Refused.class);
  }

  @Test
  void claimsOfTheProvider_areThoseThatFunctionsMayRequire() throws Exception {
    server.start();
    take("corp");
    String token =
        server
            .issueToken(
                "corp",
                "alice",
                "leat-acme",
                Map.of(
                    "groups",
                    List.of("staff", "payroll"),
                    "email_verified",
                    true,
                    "realm_access",
                    Map.of("roles", List.of("clerk"))),
                3_600)
            .serialize();

    Claims claims = ((Authenticated) authenticate(token)).principal().claims();

    assertThat(claims.have(required("groups", "staff", "payroll"))).isTrue();
    assertThat(claims.have(required("email_verified", true))).isTrue();
    assertThat(claims.have(required("realm_access.roles", "clerk"))).isTrue();
    assertThat(claims.have(required("iss", server.issuerUrl("corp").toString()))).isTrue();
    assertThat(claims.have(required("groups", "staff", "board"))).isFalse();
    assertThat(claims.have(required("email_verified", "true"))).isFalse();
  }

  private static RequiredClaims required(String name, Object... values) {
    return new RequiredClaims(Map.of(name, List.of(values)));
  }

  @Test
  void tokenOfTheTokenEndpoint_isTaken() throws Exception {
    server.start();
    take("corp");
    server.enqueueCallback(
        new no.nav.security.mock.oauth2.token.DefaultOAuth2TokenCallback(
            "corp", "unused", "JWT", List.of("leat-acme"), Map.of("groups", "staff")));
    String form = "grant_type=client_credentials&client_id=ci&client_secret=s&scope=x";

    Map<String, Object> answer =
        json(
            HttpRequest.newBuilder(URI.create(server.tokenEndpointUrl("corp").toString()))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(form))
                .build());

    assertThat(authenticate(String.valueOf(answer.get("access_token"))))
        .isInstanceOfSatisfying(
            Authenticated.class,
            good ->
                assertThat(good.principal().subject())
                    .as("of client credentials, the client")
                    .isEqualTo("ci"));
  }

  /** As an operator does: the discovery document says where the keys are. */
  private void take(String issuer) throws Exception {
    Map<String, Object> discovered =
        json(HttpRequest.newBuilder(URI.create(server.wellKnownUrl(issuer).toString())).build());
    platform.held(
        platform.issuers.add(
            ACME,
            "corp",
            String.valueOf(discovered.get("issuer")),
            String.valueOf(discovered.get("jwks_uri")),
            "leat-acme",
            List.of(new RoleRule("groups", "staff", Role.DEVELOPER))));
  }

  private Map<String, Object> json(HttpRequest request) throws Exception {
    return JSONObjectUtils.parse(http.send(request, BodyHandlers.ofString()).body());
  }

  private String token(String issuer, String audience, List<String> groups) {
    return server
        .issueToken(issuer, "alice", audience, Map.of("groups", groups), 3_600)
        .serialize();
  }

  private Authentication authenticate(String token) {
    Authentication asked = platform.authenticator.ask("Bearer " + token, "192.0.2.1");
    if (asked instanceof Authentication.Pending) {
      platform.looks.remove().run();
      return platform.authenticator.authenticate("Bearer " + token, "192.0.2.1");
    }
    return asked;
  }
}
