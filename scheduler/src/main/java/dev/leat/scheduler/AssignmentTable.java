package dev.leat.scheduler;

import dev.leat.contract.Change;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.VersionRef;
import dev.leat.store.ChangeFeed;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * The assignments in memory: for gateways, which place invocations by them, and for this node's own
 * worker. Finding takes no lock and does no I/O; while the database is away the last that was known
 * holds. At most {@link Plan#ROWS_MAX} assignments of some 200 bytes.
 */
public final class AssignmentTable implements Assignments, ChangeFeed.Subscriber {
  private final AssignmentStore store;
  private final String ownNode;
  private final Consumer<VersionRef> ownGrew;

  /** Instances by version, then by node. Written by the feed of changes alone. */
  private final Map<FunctionRef, Map<VersionRef, Map<String, Integer>>> functions =
      new ConcurrentHashMap<>();

  /**
   * @param ownGrew told of each version of which this node is to keep more instances than before,
   *     on the feed's thread; must be quick
   */
  public AssignmentTable(AssignmentStore store, String ownNode, Consumer<VersionRef> ownGrew) {
    this.store = store;
    this.ownNode = ownNode;
    this.ownGrew = ownGrew;
  }

  @Override
  public void load() {
    Map<FunctionRef, Map<VersionRef, Map<String, Integer>>> loaded = new HashMap<>();
    Assignment.byVersion(store.all())
        .forEach((version, keepers) ->
            loaded
                .computeIfAbsent(version.function(), first -> new HashMap<>())
                .put(version, keepers));
    Set<FunctionRef> all = new HashSet<>(functions.keySet());
    all.addAll(loaded.keySet());
    all.forEach(function -> put(function, loaded.getOrDefault(function, Map.of())));
  }

  @Override
  public void changed(Change change) {
    if (change instanceof Change.AssignmentChanged(FunctionRef function)) {
      put(function, Assignment.byVersion(store.of(function)));
    }
  }

  private void put(FunctionRef function, Map<VersionRef, Map<String, Integer>> versions) {
    Map<VersionRef, Map<String, Integer>> before = functions.getOrDefault(function, Map.of());
    if (versions.isEmpty()) {
      functions.remove(function);
    } else {
      functions.put(function, versions);
    }
    Set<VersionRef> all = new HashSet<>(before.keySet());
    all.addAll(versions.keySet());
    for (VersionRef version : all) {
      if (own(versions, version) > own(before, version)) {
        ownGrew.accept(version);
      }
    }
  }

  @Override
  public Set<String> of(FunctionVersion version) {
    Map<VersionRef, Map<String, Integer>> versions = functions.get(version.function());
    return versions == null ? Set.of() : versions.getOrDefault(version.ref(), Map.of()).keySet();
  }

  /** The instances of the version that this node's own worker is to keep. */
  public int own(FunctionVersion version) {
    Map<VersionRef, Map<String, Integer>> versions = functions.get(version.function());
    return versions == null ? 0 : own(versions, version.ref());
  }

  private int own(Map<VersionRef, Map<String, Integer>> versions, VersionRef version) {
    return versions.getOrDefault(version, Map.of()).getOrDefault(ownNode, 0);
  }
}
