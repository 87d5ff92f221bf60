package dev.leat.worker.capability;

import dev.leat.contract.FunctionRef;
import dev.leat.contract.permission.PermissionType;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** What guests asked of the host and were denied, counted. Safe for several threads. */
public final class PermissionDenials {
  private final Map<PermissionType, LongAdder> counts = new EnumMap<>(PermissionType.class);
  private final Listener listener;
  private final PermissionUses uses;

  public PermissionDenials(Listener listener) {
    this(listener, PermissionUses.NONE);
  }

  /**
   * @param uses told of what was not denied, too
   */
  public PermissionDenials(Listener listener, PermissionUses uses) {
    this.listener = listener;
    this.uses = uses;
    for (PermissionType type : PermissionType.values()) {
      counts.put(type, new LongAdder());
    }
  }

  /** Told of each. Must be quick, and keep little: a guest may be denied a million times. */
  @FunctionalInterface
  public interface Listener {
    /**
     * @param resource what it was about: short, and without what may be secret of a URL
     */
    void denied(FunctionRef function, PermissionType type, String resource);
  }

  void count(FunctionRef function, PermissionType type, String resource) {
    LongAdder counted = counts.get(type);
    if (counted != null) { // there is one for each
      counted.increment();
    }
    listener.denied(function, type, resource);
  }

  PermissionUses uses() {
    return uses;
  }

  /** How many requests of this type were denied since the start. */
  public long count(PermissionType type) {
    LongAdder counted = counts.get(type);
    return counted == null ? 0 : counted.sum();
  }
}
