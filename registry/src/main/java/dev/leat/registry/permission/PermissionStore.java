package dev.leat.registry.permission;

import dev.leat.contract.Answer;
import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.TenantId;
import dev.leat.contract.permission.FunctionPermissions;
import dev.leat.store.StoreFailure;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Where it is kept what functions may ask of the host. Laws:
 *
 * <ol>
 *   <li>{@code change} keeps what is decided on what is there; empty takes away what is there. Of
 *       several at once for a tenant, each sees what the one before it left.
 *   <li>{@code change} gives nothing, and changes nothing, for a function that is not deployed and
 *       of which nothing is kept.
 *   <li>{@code find} gives what was kept last, {@code all} that of all tenants, {@code count} of
 *       how many functions of the tenant there is some.
 *   <li>What is kept stays when the function is deleted, and when versions come and go.
 *   <li>An audit record is kept if and only if something was changed, together with the change,
 *       which is announced; so is that of {@code forget}.
 *   <li>{@code forget} removes what is kept of the tenant's functions, and nothing else.
 *   <li>What cannot be read any more allows nothing.
 * </ol>
 *
 * Every method blocks and throws {@link StoreFailure} when the store is broken.
 */
public interface PermissionStore {
  /**
   * @param decide what is to be, by what is; refused, nothing is changed
   */
  Optional<Answer<Optional<PermissionSet>>> change(
      TenantId tenant,
      FunctionName name,
      Function<Optional<PermissionSet>, Answer<Optional<PermissionSet>>> decide);

  Optional<PermissionSet> find(TenantId tenant, FunctionName name);

  Map<FunctionRef, FunctionPermissions> all();

  int count(TenantId tenant);

  void forget(TenantId tenant);
}
