package dev.leat.gateway.invocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.TenantId;
import dev.leat.invocations.async.KeyedCallStore.Caller;
import dev.leat.tenants.FunctionScope;
import dev.leat.tenants.Principal;
import dev.leat.tenants.Role;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Who is the same caller, by tokens. */
class KeyOwnerTest {
  @Test
  void sameHolder_withAnotherToken_isTheSame() {
    assertThat(owner("ann", "acme", "", "1")).isEqualTo(owner("ann", "acme", "", "2"));
    assertThat(owner("ann", "acme", "idp", "1")).isEqualTo(owner("ann", "acme", "idp", ""));
    assertThat(owner("ann", "acme", "", "1").id()).hasSize(64);
  }

  @Test
  void sameName_ofAnotherIssuerOrTenant_isAnother() {
    assertThat(owner("ann", "acme", "idp", "1")).isNotEqualTo(owner("ann", "acme", "", "1"));
    assertThat(owner("ann", "acme", "idp", "1")).isNotEqualTo(owner("ann", "acme", "other", "1"));
    assertThat(owner("ann", "acme", "", "1")).isNotEqualTo(owner("ann", "other", "", "1"));
  }

  /** The platform names a holder by the role whom nobody named. */
  @Test
  void tokensWithoutAHoldersName_areEachTheirOwn() {
    assertThat(owner("invoker", "acme", "", "1")).isNotEqualTo(owner("invoker", "acme", "", "2"));
    assertThat(owner("invoker", "acme", "", "1")).isEqualTo(owner("invoker", "acme", "", "1"));
  }

  private static Caller owner(String subject, String tenant, String issuer, String tokenId) {
    return KeyOwner.of(
        new Principal(
            subject,
            Optional.of(new TenantId(tenant)),
            Set.of(Role.INVOKER),
            FunctionScope.ALL,
            issuer.isEmpty() ? Optional.empty() : Optional.of(issuer),
            tokenId,
            Instant.MAX));
  }
}
