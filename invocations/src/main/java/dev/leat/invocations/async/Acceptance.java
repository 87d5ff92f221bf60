package dev.leat.invocations.async;

/** What became of an invocation that was to be accepted. */
public sealed interface Acceptance {
  /**
   * It is committed, and will be run.
   *
   * @param isNew false when one of the same key had been accepted before, which this is then
   */
  record Accepted(String id, boolean isNew) implements Acceptance {}

  /**
   * So many of the tenant wait or run already, or hold so much.
   *
   * @param quota the name of the quota that is used up
   */
  record BacklogFull(String quota, long limit) implements Acceptance {}

  /**
   * The tenant has as many keys as it may.
   *
   * @param limit of these, or of those of callers without a token, whichever is reached
   */
  record KeysFull(long limit) implements Acceptance {}

  /** Its key came with another request before. */
  record KeyReused() implements Acceptance {}

  /** There is no room among those that wait to be committed on this node. */
  record Overloaded() implements Acceptance {}

  /** The store is away: nobody knows whether it was accepted. */
  record StoreAway() implements Acceptance {}
}
