package dev.leat.tenants;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jwt.JWTClaimsSet;
import dev.leat.contract.RequiredClaims;
import java.text.ParseException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ClaimsTest {
  private static final String TOKEN =
      """
      {"sub": "alice", "aud": ["leat-acme"], "exp": 1800000000, "verified": true, "level": 3,
       "half": 0.5, "whole": 3.0, "groups": ["staff", "on-call", 7, null, ["deep"], {"a": "b"}],
       "realm_access": {"roles": ["boss"]}, "https://acme.example/team": "red",
       "a.b": "by name", "a": {"b": "by path", "c": "by path"}, "scope": "openid leat.call",
       "nothing": null, "empty": [], "text": ""}
      """;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          sub                       | alice
          aud                       | leat-acme
          groups                    | staff
          groups                    | on-call
          realm_access.roles        | boss
          https://acme.example/team | red
          a.b                       | by name
          a.c                       | by path
          scope                     | leat.call
          """)
  void have_aTextThatIsClaimed_holds(String name, String value) {
    assertThat(claims(TOKEN).have(required(name, value))).isTrue();
  }

  @Test
  void have_numbersAndBooleans_areThemselvesAlone() {
    assertThat(claims(TOKEN).have(required("verified", true))).isTrue();
    assertThat(claims(TOKEN).have(required("level", 3L))).isTrue();
    assertThat(claims(TOKEN).have(required("groups", 7L))).isTrue();

    assertThat(claims(TOKEN).have(required("verified", "true"))).isFalse();
    assertThat(claims(TOKEN).have(required("verified", false))).isFalse();
    assertThat(claims(TOKEN).have(required("level", "3"))).isFalse();
    assertThat(claims(TOKEN).have(required("whole", 3L))).as("a fraction's form").isFalse();
    assertThat(claims(TOKEN).have(required("exp", 1_800_000_000L))).as("a time").isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          sub                | Alice
          sub                | alice,bob
          groups             | staf
          groups             | [staff, on-call]
          groups             | deep
          groups             | b
          groups             | null
          groups.a           | b
          realm_access       | boss
          realm_access.roles.boss | true
          a.b                | by path
          scope              | openid leat.call
          scope              | leat
          half               | 0.5
          nothing            | null
          empty              | null
          none               | x
          .                  | x
          ..sub              | alice
          """)
  void have_whatIsNotClaimedSo_doesNotHold(String name, String value) {
    assertThat(claims(TOKEN).have(required(name, value))).isFalse();
  }

  @Test
  void have_eachValueOfEachName_mustHold() {
    RequiredClaims all =
        new RequiredClaims(Map.of("sub", List.of("alice"), "groups", List.of("staff", "on-call")));

    assertThat(claims(TOKEN).have(all)).isTrue();
    assertThat(claims("{\"sub\": \"alice\", \"groups\": [\"staff\"]}").have(all)).isFalse();
    assertThat(claims("{\"sub\": \"bob\", \"groups\": [\"staff\", \"on-call\"]}").have(all))
        .isFalse();
    assertThat(Claims.NONE.have(all)).isFalse();
    assertThat(Claims.NONE.have(RequiredClaims.NONE)).isTrue();
  }

  @Test
  void of_tooLongOrTooDeep_equalsNothing() {
    String longest = "x".repeat(RequiredClaims.CHARS_MAX);
    String nested = "{\"a\": ".repeat(20) + "\"deep\"" + "}".repeat(20);
    String path = "a" + ".a".repeat(19);

    assertThat(claims("{\"t\": \"" + longest + "\"}").have(required("t", longest))).isTrue();
    assertThat(claims("{\"t\": \"" + longest + "x\"}").have(required("t", longest))).isFalse();
    assertThat(claims(nested).have(required(path, "deep"))).isFalse();
  }

  @Test
  void of_tooMuch_isKeptWithinItsBound() {
    String numbers =
        IntStream.range(1_000, 9_000).mapToObj(String::valueOf).collect(Collectors.joining(","));
    String objects = "{\"a\":{}},".repeat(5_000) + "1";

    Claims many = claims("{\"n\": [" + numbers + "], \"o\": [" + objects + "], \"z\": 1}");

    assertThat(many.have(required("n", 1_000L))).isTrue();
    assertThat(many.have(required("n", 8_999L))).isFalse();
    assertThat(many.bytes()).isLessThanOrEqualTo((Claims.VALUES_MAX + 10) * 100);
  }

  @Test
  void toString_tellsNothingOfTheHolder() {
    assertThat(claims(TOKEN).toString()).doesNotContain("alice").doesNotContain("staff");
  }

  private static RequiredClaims required(String name, Object value) {
    return new RequiredClaims(Map.of(name, List.of(value)));
  }

  private static Claims claims(String json) {
    try {
      return Claims.of(JWTClaimsSet.parse(json));
    } catch (ParseException e) {
      throw new AssertionError(e);
    }
  }
}
