package dev.leat.tenants;

import dev.leat.contract.Answer;
import dev.leat.contract.TenantId;
import dev.leat.store.StoreFailure;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Where quotas are kept, by name: those of each tenant and function, and the default. Laws:
 *
 * <ol>
 *   <li>{@code change} gives the quotas of a scope to {@code decide}, keeps exactly what that
 *       answers, nobody changing them meanwhile, and gives the answer. A refusal changes nothing.
 *       If the tenant does not exist it decides and gives nothing.
 *   <li>{@code find} gives all quotas of a scope, and nothing if its tenant does not exist.
 *   <li>{@code of} gives all that are set for a tenant, none if it does not exist; {@code all}
 *       those of every tenant that has any.
 *   <li>What is changed is announced together with the change.
 *   <li>With the tenant all its quotas go, those of its functions too.
 * </ol>
 *
 * Every method blocks and throws {@link StoreFailure} when the store is broken.
 */
public interface QuotaStore {
  Optional<Answer<Map<String, Long>>> change(
      QuotaScope scope, Function<Map<String, Long>, Answer<Map<String, Long>>> decide);

  Optional<Map<String, Long>> find(QuotaScope scope);

  TenantLimits of(TenantId tenant);

  Map<TenantId, TenantLimits> all();
}
