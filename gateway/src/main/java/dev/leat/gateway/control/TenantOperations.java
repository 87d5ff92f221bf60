package dev.leat.gateway.control;

import dev.leat.contract.Answer;
import dev.leat.contract.ProblemCode;
import dev.leat.contract.TenantId;
import dev.leat.gateway.control.reply.PageReply;
import dev.leat.gateway.control.reply.PowersReply;
import dev.leat.gateway.control.reply.TenantReply;
import dev.leat.gateway.control.request.NewTenant;
import dev.leat.gateway.control.request.PowersChange;
import dev.leat.tenants.Quotas;
import dev.leat.tenants.Tenant;
import dev.leat.tenants.Tenants;
import java.util.Map;
import java.util.Optional;

/** Tenants, and the powers that they may grant. */
final class TenantOperations {
  private final Tenants tenants;
  private final Quotas quotas;

  TenantOperations(Tenants tenants, Quotas quotas) {
    this.tenants = tenants;
    this.quotas = quotas;
  }

  Map<String, Operation> byId() {
    return Map.ofEntries(
        Map.entry("listTenants", this::list),
        Map.entry("createTenant", this::create),
        Map.entry("getTenant", call -> reply(tenants.show(call.tenant()))),
        Map.entry("suspendTenant", call -> reply(tenants.suspend(call.tenant()))),
        Map.entry("resumeTenant", call -> reply(tenants.resume(call.tenant()))),
        Map.entry("deleteTenant", this::delete),
        Map.entry("getPowers", call -> Reply.ok(quotas.powers(call.tenant()).map(PowersReply::of))),
        Map.entry("setPowers", this::setPowers));
  }

  private Reply list(Call call) {
    return Reply.ok(call.limit().then(limit -> cursor(call).then(cursor -> page(limit, cursor))));
  }

  private static Answer<Optional<TenantId>> cursor(Call call) {
    Optional<String> cursor = call.query("cursor");
    return cursor.isEmpty() || TenantId.isValid(cursor.get())
        ? Answer.done(cursor.map(TenantId::new))
        : Answer.refused(
            ProblemCode.INVALID_REQUEST,
            "The parameter 'cursor' must be the 'next' of an earlier page.");
  }

  private Answer<PageReply<TenantReply>> page(int limit, Optional<TenantId> cursor) {
    return tenants
        .list(limit, cursor)
        .map(found ->
            new PageReply<>(
                found.stream().map(TenantReply::of).toList(),
                found.size() == limit ? found.getLast().id().value() : null));
  }

  private Reply create(Call call) {
    return Reply.of(
        tenants.create(new TenantId(call.json(NewTenant.class).name())),
        tenant -> Reply.created(TenantReply.of(tenant), "/v1/tenants/" + tenant.id()));
  }

  private static Reply reply(Answer<Tenant> answer) {
    return Reply.ok(answer.map(TenantReply::of));
  }

  private Reply delete(Call call) {
    return Reply.of(
        call.isSet("force").then(isForced -> tenants.delete(call.tenant(), isForced)),
        tenant -> new Reply.Done());
  }

  private Reply setPowers(Call call) {
    return Reply.ok(
        call.json(PowersChange.class)
            .powers()
            .then(powers -> quotas.setPowers(call.tenant(), powers))
            .map(PowersReply::of));
  }
}
