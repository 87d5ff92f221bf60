package dev.leat.gateway.control;

import dev.leat.contract.Answer;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.TenantId;
import dev.leat.gateway.control.reply.QuotaReply;
import dev.leat.gateway.control.request.QuotaChange;
import dev.leat.registry.function.FunctionCatalog;
import dev.leat.tenants.QuotaScope;
import dev.leat.tenants.QuotaStanding;
import dev.leat.tenants.Quotas;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Quotas of tenants and of functions, and the default. */
final class QuotaOperations {
  private final Quotas quotas;
  private final FunctionCatalog functions;
  private final Function<TenantId, Map<String, Long>> stock;

  /**
   * @param stock what a tenant has of what is kept, by the names of quotas
   */
  QuotaOperations(
      Quotas quotas, FunctionCatalog functions, Function<TenantId, Map<String, Long>> stock) {
    this.quotas = quotas;
    this.functions = functions;
    this.stock = stock;
  }

  Map<String, Operation> byId() {
    return Map.ofEntries(
        Map.entry("getDefaultQuota", call -> show(new QuotaScope.EveryTenant())),
        Map.entry("setDefaultQuota", call -> set(call, new QuotaScope.EveryTenant())),
        Map.entry("getQuota", call -> show(new QuotaScope.OfTenant(call.tenant()))),
        Map.entry("setQuota", call -> set(call, new QuotaScope.OfTenant(call.tenant()))),
        Map.entry("getFunctionQuota", this::showOfFunction),
        Map.entry("setFunctionQuota", this::setOfFunction));
  }

  private Reply show(QuotaScope scope) {
    return Reply.ok(shown(scope));
  }

  private Answer<QuotaReply> shown(QuotaScope scope) {
    return quotas.show(scope).map(set -> QuotaReply.of(set, standing(scope)));
  }

  private List<QuotaStanding> standing(QuotaScope scope) {
    List<QuotaStanding> standing = quotas.standing(scope);
    if (!(scope instanceof QuotaScope.OfTenant(TenantId tenant))) {
      return standing;
    }
    Map<String, Long> has = stock.apply(tenant);
    return standing.stream()
        .map(of -> {
          Long amount = has.get(of.quota());
          return amount == null ? of : of.with(amount);
        })
        .toList();
  }

  private Reply set(Call call, QuotaScope scope) {
    return Reply.ok(changed(call, scope));
  }

  private Answer<QuotaReply> changed(Call call, QuotaScope scope) {
    return quotas.set(scope, call.json(QuotaChange.class).limits()).map(QuotaReply::of);
  }

  private Reply showOfFunction(Call call) {
    return Reply.ok(existing(call).then(this::shown));
  }

  private Answer<QuotaScope> existing(Call call) {
    return call.function()
        .then(name ->
            functions
                .show(call.tenant(), name)
                .map(there -> new QuotaScope.OfFunction(new FunctionRef(call.tenant(), name))));
  }

  /** What is left of a function that was deleted can be cleared. */
  private Reply setOfFunction(Call call) {
    boolean isClearing =
        call.json(QuotaChange.class).limits().values().stream()
            .allMatch(limit -> limit == Quotas.UNLIMITED);
    Answer<QuotaScope> scope =
        isClearing
            ? call.function()
                .map(name -> new QuotaScope.OfFunction(new FunctionRef(call.tenant(), name)))
            : existing(call);
    return Reply.ok(scope.then(found -> changed(call, found)));
  }
}
