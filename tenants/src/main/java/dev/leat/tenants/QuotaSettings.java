package dev.leat.tenants;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A tenant's limits.
 *
 * @param limits by the names of quotas; what is not named is not limited
 * @param notYetEnforced the names of those that this version keeps and holds nobody to
 */
public record QuotaSettings(SortedMap<String, Long> limits, List<String> notYetEnforced) {
  public QuotaSettings {
    limits = Collections.unmodifiableSortedMap(new TreeMap<>(limits));
    notYetEnforced = List.copyOf(notYetEnforced);
  }

  static QuotaSettings of(Map<String, Long> limits) {
    SortedMap<String, Long> sorted = new TreeMap<>(limits);
    return new QuotaSettings(
        sorted, sorted.keySet().stream().filter(QuotaSettings::isNotYetEnforced).toList());
  }

  private static boolean isNotYetEnforced(String name) {
    Optional<Quota> quota = Quota.ofWord(name);
    return quota.isEmpty() || !quota.get().isEnforced();
  }
}
