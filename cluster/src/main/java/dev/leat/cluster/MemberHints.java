package dev.leat.cluster;

/**
 * What is heard of other nodes before the database has it. Whoever tells it need not be right.
 * Never blocks.
 */
public interface MemberHints {
  /** It seems to be gone: it counts as lost until the database shows that it lives. */
  void left(String node, long incarnation);

  /** It seems to be there: what was heard before is forgotten. */
  void heard(String node, long incarnation);
}
