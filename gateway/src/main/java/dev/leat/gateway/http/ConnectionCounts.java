package dev.leat.gateway.http;

import java.util.HashMap;
import java.util.Map;

/**
 * How many connections are open, and from where; at most one entry for each connection that is
 * open. Safe for several threads.
 */
public final class ConnectionCounts {
  private final int max;
  private final int perAddressMax;
  private final Map<String, Integer> byAddress = new HashMap<>();
  private int open;
  private long refused;

  public ConnectionCounts(int max, int perAddressMax) {
    this.max = max;
    this.perAddressMax = perAddressMax;
  }

  /** Counts a connection; false when there are too many, or too many from its address. */
  synchronized boolean opened(String address) {
    int ofAddress = byAddress.getOrDefault(address, 0);
    if (open >= max || ofAddress >= perAddressMax) {
      refused++;
      return false;
    }
    open++;
    byAddress.put(address, ofAddress + 1);
    return true;
  }

  synchronized void closed(String address) {
    open--;
    byAddress.computeIfPresent(address, (key, count) -> count == 1 ? null : count - 1);
  }

  public synchronized int open() {
    return open;
  }

  /** Connections that were closed at once, since the start. */
  public synchronized long refused() {
    return refused;
  }
}
