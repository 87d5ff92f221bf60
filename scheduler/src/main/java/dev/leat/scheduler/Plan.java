package dev.leat.scheduler;

import dev.leat.contract.FunctionVersion;
import dev.leat.contract.VersionRef;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which workers are to keep how many instances of each version: a pure function of what is wanted
 * and of the workers that are ready. Laws:
 *
 * <ol>
 *   <li>A version is kept by as few workers as what is wanted of it needs: each keeps at most its
 *       {@code instances.max}, and no more than half of what it can run at once if others are
 *       there.
 *   <li>Its {@code instances.min} are spread: on as many workers, if there are as many.
 *   <li>The same input gives the same plan; when a worker comes, goes or drains, only its share of
 *       the versions changes workers.
 *   <li>There are at most {@link #ROWS_MAX} assignments; versions of which most is wanted come
 *       first, and those beyond are kept by nobody in particular.
 * </ol>
 */
final class Plan {
  /** 2 MB in the memory of each node. */
  static final int ROWS_MAX = 10_000;

  private static final Comparator<Map.Entry<FunctionVersion, Integer>> MOST_WANTED =
      Map.Entry.<FunctionVersion, Integer>comparingByValue()
          .reversed()
          .thenComparing(entry -> entry.getKey().toString());

  private Plan() {}

  /**
   * @param wanted instances of each version on all workers together
   * @param workers those that are ready, by name: what each can run at once
   */
  static Map<VersionRef, Map<String, Integer>> of(
      Map<FunctionVersion, Integer> wanted, Map<String, Integer> workers) {
    Map<VersionRef, Map<String, Integer>> plan = new LinkedHashMap<>();
    int rows = 0;
    for (Map.Entry<FunctionVersion, Integer> entry :
        wanted.entrySet().stream().sorted(MOST_WANTED).toList()) {
      Map<String, Integer> keepers = keepers(entry.getKey(), entry.getValue(), workers);
      rows += keepers.size();
      if (rows > ROWS_MAX) {
        break;
      }
      if (!keepers.isEmpty()) {
        plan.put(entry.getKey().ref(), keepers);
      }
    }
    return plan;
  }

  private static Map<String, Integer> keepers(
      FunctionVersion version, int wanted, Map<String, Integer> workers) {
    List<String> chosen = chosen(version, wanted, workers);
    Map<String, Integer> keepers = new HashMap<>();
    int left = wanted;
    for (int i = 0; i < chosen.size(); i++) {
      int others = chosen.size() - i;
      int share = Math.min((left + others - 1) / others, version.instances().max());
      keepers.put(chosen.get(i), share);
      left -= share;
    }
    return keepers;
  }

  /** In the order in which gateways prefer them for the version. */
  private static List<String> chosen(
      FunctionVersion version, int wanted, Map<String, Integer> workers) {
    List<String> preferred = Placement.preferred(version, workers.keySet());
    int spread = Math.min(version.instances().min(), preferred.size());
    int room = 0;
    int count = 0;
    while (count < preferred.size() && (room < wanted || count < spread)) {
      room += room(version, workers.getOrDefault(preferred.get(count), 0));
      count++;
    }
    return preferred.subList(0, Math.min(count, wanted));
  }

  private static int room(FunctionVersion version, int capacity) {
    int half = (int) Math.ceil(capacity * Placement.BUSY_USE);
    return Math.min(version.instances().max(), half);
  }

  /** What is to be written so that {@code present} becomes {@code plan}: versions as a whole. */
  static Map<VersionRef, Map<String, Integer>> changes(
      Map<VersionRef, Map<String, Integer>> present, Map<VersionRef, Map<String, Integer>> plan) {
    Map<VersionRef, Map<String, Integer>> changes = new LinkedHashMap<>();
    present.forEach((version, keepers) -> {
      if (!plan.containsKey(version)) {
        changes.put(version, Map.of());
      }
    });
    plan.forEach((version, keepers) -> {
      if (!keepers.equals(present.get(version))) {
        changes.put(version, keepers);
      }
    });
    return changes;
  }
}
