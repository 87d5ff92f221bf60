package dev.leat.registry.connection;

import dev.leat.audit.AuditEntry;
import dev.leat.contract.TenantId;
import dev.leat.store.StoreFailure;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * Where tenants' connections are kept. Laws:
 *
 * <ol>
 *   <li>{@code add} keeps a connection unless the tenant has one of that name, or as many as it
 *       may, of several at once too, or is being deleted.
 *   <li>{@code list} gives exactly the tenant's, by name; {@code find} the one of that name with
 *       its password as it was sealed; {@code count} how many there are.
 *   <li>{@code delete} removes the one of that name, and says whether there was one.
 *   <li>The audit entry is kept if and only if something was changed, together with the change; so
 *       is the change announced, and that of {@code forget}.
 *   <li>{@code forget} removes all of the tenant and nothing else.
 *   <li>{@code reseal} puts other bytes in the place of sealed ones that are outdated, and changes
 *       nothing else, nor what was changed meanwhile.
 * </ol>
 *
 * Every method blocks and throws {@link StoreFailure} when the store is broken.
 */
public interface ConnectionStore {
  /**
   * @param most connections that the tenant may have
   */
  Added add(TenantConnection connection, byte[] sealed, long most, AuditEntry entry);

  List<TenantConnection> list(TenantId tenant);

  Optional<Sealed> find(TenantId tenant, String name);

  int count(TenantId tenant);

  boolean delete(TenantId tenant, String name, AuditEntry entry);

  void forget(TenantId tenant);

  /**
   * @param isOutdated of sealed bytes
   * @param anew the same sealed anew
   * @return how many
   */
  int reseal(Predicate<byte[]> isOutdated, UnaryOperator<Sealed> anew);

  /** A connection with its password as it is kept. */
  record Sealed(TenantConnection connection, byte[] password) {}

  /** How an addition ended. */
  enum Added {
    DONE,
    TAKEN,
    FULL,
    /** The tenant is being deleted. */
    CLOSED
  }
}
