package dev.leat.registry.key;

import dev.leat.audit.AuditEntry;
import dev.leat.contract.TenantId;
import dev.leat.store.StoreFailure;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Where publisher keys are kept. Laws:
 *
 * <ol>
 *   <li>{@code add} keeps a key unless the tenant has one of that {@code kid}, and gives the one
 *       that is kept.
 *   <li>{@code find} and {@code list} give exactly the tenant's keys as they are kept, {@code list}
 *       oldest first.
 *   <li>{@code revoke} marks the key from that instant on and gives it; done again it changes
 *       nothing and gives the first instant. An unknown or another tenant's key gives nothing.
 *   <li>The audit entry is kept if and only if something was changed, together with the change; so
 *       is the change announced, and that of {@code forget}.
 *   <li>{@code forget} removes all keys of the tenant and nothing else.
 * </ol>
 *
 * Every method blocks and throws {@link StoreFailure} when the store is broken.
 */
public interface KeyStore {
  PublisherKey add(TenantId tenant, PublisherKey key, AuditEntry entry);

  Optional<PublisherKey> find(TenantId tenant, String kid);

  List<PublisherKey> list(TenantId tenant);

  Optional<PublisherKey> revoke(TenantId tenant, String kid, Instant at, AuditEntry entry);

  void forget(TenantId tenant);
}
