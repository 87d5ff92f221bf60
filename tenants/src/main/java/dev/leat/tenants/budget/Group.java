package dev.leat.tenants.budget;

import dev.leat.tenants.budget.Gateways.Gateway;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who shares the budgets, as this node sees it at one moment.
 *
 * @param nanos the moment
 * @param size all gateways, this one too
 * @param index of this one among them
 * @param heard the others that said something lately
 * @param silent the others that did not, though they may let requests in
 */
record Group(long nanos, int size, int index, List<Gateway> heard, int silent) {
  Group {
    heard = List.copyOf(heard);
  }

  /** Whether all shares and parts are the same. */
  boolean isLike(@Nullable Group other) {
    return other != null
        && size == other.size
        && index == other.index
        && silent == other.silent
        && heard.equals(other.heard);
  }

  /** Those that spend of what this one knows. */
  int together() {
    return heard.size() + 1;
  }

  /** With those that must be thought to spend their share. */
  int spenders() {
    return together() + silent;
  }

  /** Of what all have, those that know of each other have this much. */
  long partOfThoseTogether(long whole) {
    return silent == 0 ? whole : Math.max(1, whole * together() / spenders());
  }

  /**
   * What each node has of {@code whole} by itself, one at least. The shares add up to the whole.
   */
  int share(String name, int whole) {
    int turn = (index + Math.floorMod(name.hashCode(), size)) % size;
    return Math.max(1, whole / size + (turn < whole % size ? 1 : 0));
  }
}
