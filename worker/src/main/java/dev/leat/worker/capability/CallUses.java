package dev.leat.worker.capability;

import dev.leat.contract.permission.PermissionType;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;

/** What one call asked of the host, each kind and resource once. Confined to the guest's thread. */
final class CallUses {
  static final int ALLOWED = 0;
  static final int DENIED = 1;

  /** What differs and is remembered of one call; the rest does not count. */
  static final int EACH_MAX = 32;

  private final Map<Asked, long[]> counts = new HashMap<>();

  /** What was asked for last: mostly the same again. */
  private Asked last = new Asked(PermissionType.LOGGING, "");

  private long[] lastCount = new long[2];

  record Asked(PermissionType type, String resource) {}

  void add(PermissionType type, String resource, boolean isAllowed) {
    if (counts.isEmpty() || last.type != type || !last.resource.equals(resource)) {
      turnTo(type, resource);
    }
    lastCount[isAllowed ? ALLOWED : DENIED]++;
  }

  private void turnTo(PermissionType type, String resource) {
    Asked asked = new Asked(type, resource);
    long[] count = counts.get(asked);
    if (count == null) {
      count = new long[2];
      if (counts.size() < EACH_MAX) {
        counts.put(asked, count);
      }
    }
    last = asked;
    lastCount = count;
  }

  void tell(BiConsumer<Asked, long[]> listener) {
    if (!counts.isEmpty()) {
      counts.forEach(listener);
      counts.clear();
    }
  }

  void clear() {
    counts.clear();
  }
}
