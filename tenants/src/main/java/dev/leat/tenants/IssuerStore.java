package dev.leat.tenants;

import dev.leat.contract.TenantId;
import dev.leat.store.StoreFailure;
import java.util.List;

/**
 * Where it is kept whose tokens each tenant takes. Laws:
 *
 * <ol>
 *   <li>{@code add} keeps an issuer, unless its tenant does not exist, has {@code max} of them or
 *       one of that name, or any tenant has one of that URL and audience; then it changes nothing.
 *   <li>{@code list} gives the tenant's as they were added, by name, {@code all} those of all
 *       tenants.
 *   <li>{@code remove} removes the tenant's of that name and gives whether there was one.
 *   <li>They go with their tenant.
 *   <li>A change is announced together with it.
 * </ol>
 *
 * Every method blocks and throws {@link StoreFailure} when the store is broken.
 */
public interface IssuerStore {
  Added add(Issuer issuer, int max);

  List<Issuer> list(TenantId tenant);

  List<Issuer> all();

  boolean remove(TenantId tenant, String name);

  /** What became of an issuer that was added. */
  enum Added {
    ADDED,
    NO_SUCH_TENANT,
    FULL,
    NAME_TAKEN,
    AUDIENCE_TAKEN
  }
}
