package dev.leat.tenants;

import dev.leat.contract.Answer;
import dev.leat.contract.TenantId;
import dev.leat.store.StoreFailure;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Where each tenant's quotas are kept, by name. Laws:
 *
 * <ol>
 *   <li>{@code change} gives a tenant's quotas to {@code decide}, keeps exactly what that answers,
 *       nobody changing them meanwhile, and gives the answer. A refusal changes nothing. If the
 *       tenant does not exist it decides and gives nothing.
 *   <li>{@code find} gives all quotas of a tenant, and nothing if it does not exist.
 *   <li>{@code all} gives the quotas of every tenant that has any.
 *   <li>What is changed is announced together with the change.
 * </ol>
 *
 * Every method blocks and throws {@link StoreFailure} when the store is broken.
 */
public interface QuotaStore {
  Optional<Answer<Map<String, Long>>> change(
      TenantId tenant, Function<Map<String, Long>, Answer<Map<String, Long>>> decide);

  Optional<Map<String, Long>> find(TenantId tenant);

  Map<TenantId, Map<String, Long>> all();
}
