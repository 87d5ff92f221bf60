package dev.leat.tenants;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.tenants.Access.Decision;
import dev.leat.tenants.Access.Right;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class AccessTest {
  @ParameterizedTest
  @CsvSource({
    "TENANT_ADMIN, ADMINISTER_PLATFORM, FORBIDDEN",
    "TENANT_ADMIN, ADMINISTER_TENANT, ALLOWED",
    "TENANT_ADMIN, DEVELOP, ALLOWED",
    "TENANT_ADMIN, READ, ALLOWED",
    "TENANT_ADMIN, INVOKE, ALLOWED",
    "DEVELOPER, ADMINISTER_PLATFORM, FORBIDDEN",
    "DEVELOPER, ADMINISTER_TENANT, FORBIDDEN",
    "DEVELOPER, DEVELOP, ALLOWED",
    "DEVELOPER, READ, ALLOWED",
    "DEVELOPER, INVOKE, ALLOWED",
    "INVOKER, ADMINISTER_PLATFORM, FORBIDDEN",
    "INVOKER, ADMINISTER_TENANT, FORBIDDEN",
    "INVOKER, DEVELOP, FORBIDDEN",
    "INVOKER, READ, FORBIDDEN",
    "INVOKER, INVOKE, ALLOWED",
  })
  void decide_inOwnTenant_isByRole(Role role, Right right, Decision expected) {
    Principal principal = Platform.principal(Optional.of(Platform.ACME), role);

    assertThat(Access.decide(principal, right, Platform.ACME)).isEqualTo(expected);
  }

  @ParameterizedTest
  @EnumSource(Right.class)
  void decide_operator_mayEverythingEverywhere(Right right) {
    assertThat(Access.decide(Platform.OPERATOR, right, Platform.ACME)).isEqualTo(Decision.ALLOWED);
    assertThat(Access.decide(Platform.OPERATOR, right)).isEqualTo(Decision.ALLOWED);
  }

  @ParameterizedTest
  @EnumSource(Right.class)
  void decide_anotherTenants_isHidden(Right right) {
    Principal admin = Platform.principal(Optional.of(Platform.ACME), Role.TENANT_ADMIN);

    assertThat(Access.decide(admin, right, Platform.OTHER)).isEqualTo(Decision.HIDDEN);
  }

  @ParameterizedTest
  @EnumSource(Right.class)
  void decide_platformWideByTenant_isForbidden(Right right) {
    Principal admin = Platform.principal(Optional.of(Platform.ACME), Role.TENANT_ADMIN);

    assertThat(Access.decide(admin, right)).isEqualTo(Decision.FORBIDDEN);
  }

  @Test
  void forbidden_namesTheRolesThatMayAndTheCallers() {
    Principal invoker = Platform.principal(Optional.of(Platform.ACME), Role.INVOKER);
    Principal both = Platform.principal(Optional.of(Platform.ACME), Role.INVOKER, Role.DEVELOPER);

    assertThat(Access.forbidden(invoker, Right.DEVELOP))
        .isEqualTo(
            "This needs the role developer, tenant-admin or operator; the token has invoker. Use a"
                + " token with that role.");
    assertThat(Access.forbidden(both, Right.ADMINISTER_PLATFORM))
        .startsWith("This needs the role operator; the token has developer, invoker.");
  }

  @Test
  void decide_severalRoles_addUp() {
    Principal principal =
        Platform.principal(Optional.of(Platform.ACME), Role.INVOKER, Role.DEVELOPER);

    assertThat(Access.decide(principal, Right.DEVELOP, Platform.ACME)).isEqualTo(Decision.ALLOWED);
  }

  @Test
  void principal_operatorInTenantOrNobody_cannotBe() {
    assertThatThrownBy(() -> Platform.principal(Optional.of(Platform.ACME), Role.OPERATOR))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Platform.principal(Optional.of(Platform.ACME)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Platform.principal(Optional.empty(), Role.DEVELOPER))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void role_word_readsBack(Role role) {
    assertThat(Role.ofWord(role.word())).contains(role);
    assertThat(Role.ofWord(role.name())).isEmpty();
  }
}
