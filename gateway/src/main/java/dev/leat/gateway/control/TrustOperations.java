package dev.leat.gateway.control;

import dev.leat.contract.Answer;
import dev.leat.gateway.control.reply.KeyReply;
import dev.leat.gateway.control.reply.PolicyReply;
import dev.leat.gateway.control.request.KeyValidityChange;
import dev.leat.gateway.control.request.PolicyChange;
import dev.leat.registry.key.PublisherKeys;
import dev.leat.registry.trust.Policies;
import java.util.Map;

/** Which modules a tenant trusts: its policy, and when its keys may sign. */
final class TrustOperations {
  private final PublisherKeys keys;
  private final Policies policies;

  TrustOperations(PublisherKeys keys, Policies policies) {
    this.keys = keys;
    this.policies = policies;
  }

  Map<String, Operation> byId() {
    return Map.of(
        "setKeyValidity", this::limitKey,
        "getPolicy", this::show,
        "setPolicy", this::set);
  }

  private Reply limitKey(Call call) {
    return Reply.ok(
        call.json(KeyValidityChange.class)
            .validity()
            .then(validity ->
                keys.limit(call.tenant(), call.actor(), call.parameter("kid"), validity))
            .map(KeyReply::of));
  }

  private Reply show(Call call) {
    return Reply.ok(Answer.done(PolicyReply.of(policies.show(call.tenant()))));
  }

  private Reply set(Call call) {
    PolicyChange change = call.json(PolicyChange.class);
    return Reply.ok(
        change
            .publishers()
            .then(trusted ->
                policies.change(
                    call.tenant(), call.actor(), change.signature(), trusted, change.revocation()))
            .map(PolicyReply::of));
  }
}
