package dev.leat.gateway.control.reply;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonInclude;
import dev.leat.tenants.QuotaSettings;
import java.util.List;
import java.util.Map;

/** What a tenant may use, by the names of quotas; and which of them hold it to nothing yet. */
public record QuotaReply(
    @JsonAnyGetter Map<String, Long> limits,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> notYetEnforced) {
  public static QuotaReply of(QuotaSettings settings) {
    return new QuotaReply(settings.limits(), settings.notYetEnforced());
  }
}
