package dev.leat.tenants.usage;

import dev.leat.contract.TenantId;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a function used in a minute, an hour or a day, on all nodes.
 *
 * @param function its name, {@link UsageRow#OTHER}, or "" for what the tenant has stored
 * @param minute in which it begins
 * @param outcomes how many invocations ended so, by the words of outcomes
 */
public record UsageTotal(
    TenantId tenant,
    String function,
    long minute,
    SortedMap<String, Long> outcomes,
    Amounts amounts) {
  public UsageTotal {
    outcomes = Collections.unmodifiableSortedMap(new TreeMap<>(outcomes));
  }

  public Position position() {
    return new Position(minute, function);
  }

  /** Where a total stands in the list of a tenant's. */
  public record Position(long minute, String function) {}
}
