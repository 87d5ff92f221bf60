package dev.leat.cluster;

/**
 * Is told what other nodes say to all. Laws:
 *
 * <ol>
 *   <li>A message was said by that start of that node, which is in the directory, and nobody who is
 *       not of the cluster can have read it.
 *   <li>Each is heard once at the most, and not before one that the same node said earlier; it may
 *       be lost.
 * </ol>
 */
@FunctionalInterface
public interface Hearer {
  /** Must not block. */
  void heard(String node, long incarnation, byte[] message);
}
