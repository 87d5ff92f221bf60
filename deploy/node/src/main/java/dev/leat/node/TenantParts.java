package dev.leat.node;

import dev.leat.store.encryption.Rewrapping;
import dev.leat.tenants.Authenticator;
import dev.leat.tenants.Issuers;
import dev.leat.tenants.JwksFetch;
import dev.leat.tenants.Meters;
import dev.leat.tenants.OutboundGate;
import dev.leat.tenants.QuotaGate;
import dev.leat.tenants.Quotas;
import dev.leat.tenants.SigningKeys;
import dev.leat.tenants.TenantBelongings;
import dev.leat.tenants.Tenants;
import dev.leat.tenants.Tokens;
import dev.leat.tenants.jdbi.JdbiIssuerStore;
import dev.leat.tenants.jdbi.JdbiPowerStore;
import dev.leat.tenants.jdbi.JdbiQuotaStore;
import dev.leat.tenants.jdbi.JdbiSigningKeyStore;
import dev.leat.tenants.jdbi.JdbiTenantStore;
import dev.leat.tenants.jdbi.JdbiTokenStore;
import dev.leat.tenants.secret.Secrets;
import dev.leat.tenants.secret.jdbi.JdbiSecretStore;
import dev.leat.tenants.usage.HourlyBalances;
import dev.leat.tenants.usage.UsageCounts;
import dev.leat.tenants.usage.UsageLog;
import dev.leat.tenants.usage.UsageStore;
import dev.leat.tenants.usage.jdbi.JdbiUsageStore;
import java.time.Clock;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.Executor;
import javax.sql.DataSource;

/** Who may do what, and how much: on every node, which all ask for it. */
final class TenantParts {
  /** A request with a key that is not known yet waits no longer for it. */
  private static final Duration JWKS_TIMEOUT = Duration.ofSeconds(5);

  final SigningKeys signingKeys;

  /** The private one, as it is kept. */
  final Rewrapping signingKey;

  final Tokens tokens;
  final QuotaGate quotaGate;
  final OutboundGate outboundGate;
  final Quotas quotas;
  final Secrets secrets;
  final Tenants tenants;
  final JwksFetch jwksFetch = new JwksFetch(JWKS_TIMEOUT);
  final Issuers issuers;
  final Authenticator authenticator;
  final UsageCounts usageCounts = new UsageCounts();
  final UsageLog usage;
  final HourlyBalances hourly;

  /**
   * @param meters what counts requests, on this node alone or with the others of its cluster
   * @param stored what each tenant has stored
   * @param isAlone whether no other node has the same database
   * @param encryption by which keys what is kept is encrypted
   * @param blocking virtual threads
   */
  TenantParts(
      DataSource source,
      TenantBelongings belongings,
      Meters meters,
      UsageStore.StoredBytes stored,
      boolean isAlone,
      NodeEncryption encryption,
      Executor blocking,
      Clock clock) {
    quotaGate = new QuotaGate(meters, System::nanoTime);
    outboundGate = new OutboundGate(meters, quotaGate);
    JdbiSigningKeyStore keys = new JdbiSigningKeyStore(source, encryption.wrapped());
    signingKey = keys;
    signingKeys = new SigningKeys(keys, blocking, clock, System::nanoTime);
    tokens = new Tokens(new JdbiTokenStore(source), signingKeys, Tokens.DEFAULT_ISSUER, clock);
    quotas = new Quotas(new JdbiQuotaStore(source), new JdbiPowerStore(source), quotaGate);
    secrets = new Secrets(new JdbiSecretStore(source), encryption::ofSecrets, quotas, clock);
    tenants = new Tenants(new JdbiTenantStore(source), belongings, clock);
    issuers =
        new Issuers(new JdbiIssuerStore(source), jwksFetch, blocking, clock, System::nanoTime);
    authenticator =
        new Authenticator(signingKeys, tokens, tenants, issuers, clock, System::nanoTime);
    UsageStore uses = new JdbiUsageStore(source);
    String node = UUID.randomUUID().toString(); // a name that no other start has
    hourly = new HourlyBalances(node, uses, quotaGate, System::nanoTime);
    usage =
        new UsageLog(
            node,
            usageCounts,
            uses,
            stored,
            tenants::exists,
            clock,
            isAlone ? () -> {} : hourly::read);
  }
}
