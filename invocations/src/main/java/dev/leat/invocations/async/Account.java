package dev.leat.invocations.async;

/**
 * How many invocations were accepted, and where they are. {@code accepted} and the four endings are
 * counted as they happen, {@code queued} and {@code running} are the rows that are there.
 */
public record Account(
    long accepted, long done, long failed, long dead, long cancelled, long queued, long running) {
  /** Those that are nowhere; 0, or something was lost. Negative if something is there twice. */
  public long missing() {
    return accepted - done - failed - dead - cancelled - queued - running;
  }
}
