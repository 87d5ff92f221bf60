package dev.leat.gateway.control.request;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.util.Map;

/** New limits by the names of quotas. */
public record QuotaChange(Map<String, Long> limits) {
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public QuotaChange {}
}
