package dev.leat.gateway.control.reply;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.leat.contract.TenantId;
import dev.leat.registry.trust.TrustPolicy;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a tenant takes for a good module; no publishers while it has named none. */
public record PolicyReply(
    @JsonProperty("require-signature") boolean requireSignature,
    @JsonProperty("trusted-publishers") @Nullable List<String> trustedPublishers,
    @JsonProperty("on-revoke") String onRevoke) {
  public static PolicyReply of(TrustPolicy policy) {
    return new PolicyReply(
        policy.requiresSignature(),
        policy
            .trusted()
            .map(trusted -> trusted.stream().map(TenantId::value).sorted().toList())
            .orElse(null),
        policy.onRevoke().word());
  }
}
