package dev.leat.gateway.control.reply;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonInclude;
import dev.leat.tenants.QuotaSettings;
import dev.leat.tenants.QuotaStanding;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What may be used, by the names of quotas; which of them hold nobody to anything yet; and how the
 * limits stand, those of other levels too.
 */
public record QuotaReply(
    @JsonAnyGetter Map<String, Long> limits,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> notYetEnforced,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Standing> standing) {
  public static QuotaReply of(QuotaSettings settings) {
    return of(settings, List.of());
  }

  public static QuotaReply of(QuotaSettings settings, List<QuotaStanding> standing) {
    return new QuotaReply(
        settings.limits(), settings.notYetEnforced(), standing.stream().map(Standing::of).toList());
  }

  /** One limit, and what is used of it where that is counted. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Standing(
      String quota,
      String level,
      long limit,
      boolean enforced,
      @Nullable Double used,
      @Nullable Double left,
      @Nullable Long resetsSeconds) {
    static Standing of(QuotaStanding standing) {
      QuotaStanding.Use use = standing.used().orElse(null);
      return new Standing(
          standing.quota(),
          standing.level().word(),
          standing.limit(),
          standing.isEnforced(),
          use == null ? null : thousandths(use.amount()),
          use == null ? null : thousandths(use.left()),
          use == null ? null : use.resets().map(Standing::seconds).orElse(null));
    }

    private static double thousandths(double amount) {
      return Math.round(amount * 1_000) / 1_000.0;
    }

    private static long seconds(Duration time) {
      return time.plusMillis(999).toSeconds();
    }
  }
}
