package dev.leat.cluster;

import java.util.List;
import java.util.function.Consumer;

/**
 * The members of the cluster as this node knows them: this node too, and those that are lost until
 * they are forgotten. Safe for several threads; never blocks. Laws:
 *
 * <ol>
 *   <li>What the database says of a member is seen within a second of its commit, while the
 *       database answers; while it does not, the last that was known holds, for as long as it
 *       takes.
 *   <li>A member of a name has the highest incarnation that was seen of it.
 *   <li>What others say of a member, Hazelcast or a connection that broke, may make it {@code LOST}
 *       here sooner, and never anything better than the database says.
 * </ol>
 */
public interface Members {
  /** This node. */
  Member self();

  /** All, by name; the same list until something changes. */
  List<Member> all();

  /**
   * Calls the listener with all members after each change, one call at a time, on a thread of the
   * directory's. It must be quick.
   */
  void onChange(Consumer<List<Member>> listener);
}
