package dev.leat.node;

import dev.leat.tenants.Authenticator;
import dev.leat.tenants.QuotaGate;
import dev.leat.tenants.Quotas;
import dev.leat.tenants.SigningKeys;
import dev.leat.tenants.TenantBelongings;
import dev.leat.tenants.Tenants;
import dev.leat.tenants.Tokens;
import dev.leat.tenants.jdbi.JdbiPowerStore;
import dev.leat.tenants.jdbi.JdbiQuotaStore;
import dev.leat.tenants.jdbi.JdbiSigningKeyStore;
import dev.leat.tenants.jdbi.JdbiTenantStore;
import dev.leat.tenants.jdbi.JdbiTokenStore;
import java.time.Clock;
import java.util.concurrent.Executor;
import javax.sql.DataSource;

/** Who may do what, and how much: on every node, which all ask for it. */
final class TenantParts {
  final SigningKeys signingKeys;
  final Tokens tokens;
  final QuotaGate quotaGate = new QuotaGate(System::nanoTime);
  final Quotas quotas;
  final Tenants tenants;
  final Authenticator authenticator;

  /**
   * @param blocking virtual threads
   */
  TenantParts(DataSource source, TenantBelongings belongings, Executor blocking, Clock clock) {
    signingKeys =
        new SigningKeys(new JdbiSigningKeyStore(source), blocking, clock, System::nanoTime);
    tokens = new Tokens(new JdbiTokenStore(source), signingKeys, Tokens.DEFAULT_ISSUER, clock);
    quotas = new Quotas(new JdbiQuotaStore(source), new JdbiPowerStore(source), quotaGate);
    tenants = new Tenants(new JdbiTenantStore(source), belongings, clock);
    authenticator = new Authenticator(signingKeys, tokens, tenants, clock, System::nanoTime);
  }
}
