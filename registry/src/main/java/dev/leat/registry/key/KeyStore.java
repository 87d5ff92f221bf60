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
 *       nothing and gives the first instant. An unknown or another tenant's key gives nothing. The
 *       signatures by it of modules that any tenant has are marked in the same transaction, and
 *       each tenant is announced whose policy drains them.
 *   <li>The audit entry is kept if and only if something was changed, together with the change; so
 *       is the change announced, and that of {@code forget}.
 *   <li>{@code limit} sets when a key may sign that is not revoked, and gives the key as it is
 *       kept.
 *   <li>{@code forget} removes all keys of the tenant and nothing else.
 * </ol>
 *
 * Every method blocks and throws {@link StoreFailure} when the store is broken.
 */
public interface KeyStore {
  PublisherKey add(TenantId tenant, PublisherKey key, AuditEntry entry);

  Optional<PublisherKey> find(TenantId tenant, String kid);

  /** The key of the first of these tenants, in this order, that has it. */
  Optional<PublisherKey> find(List<TenantId> tenants, String kid);

  List<PublisherKey> list(TenantId tenant);

  Optional<PublisherKey> revoke(TenantId tenant, String kid, Instant at, AuditEntry entry);

  Optional<PublisherKey> limit(TenantId tenant, String kid, KeyValidity validity, AuditEntry entry);

  void forget(TenantId tenant);
}
