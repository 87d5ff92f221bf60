package dev.leat.failures.rig;

/**
 * How one request ended for its client.
 *
 * @param what status and code of a refusal, else a word of detail
 * @param detail of a refusal, as the problem says it
 */
public record Ending(Kind kind, String what, String detail) {
  /** What a client can tell apart. */
  public enum Kind {
    /** Its own id came back, with 200. */
    ANSWERED,
    /** A problem document came back: {@code what} is its status and code. */
    REFUSED,
    /** The connection ended before a whole answer had come: the client knows, but not what ran. */
    CUT,
    /** Nothing was ready to take it, for as long as the client tried: nothing was sent. */
    NOWHERE,
    /** Nothing came for as long as the client waited. */
    HUNG,
    /**
     * Something came that is neither: another's answer, half of one, a status without a problem.
     */
    WRONG
  }

  static final Ending ANSWERED = new Ending(Kind.ANSWERED, "");

  public Ending(Kind kind, String what) {
    this(kind, what, "");
  }

  public boolean isAnswered() {
    return kind == Kind.ANSWERED;
  }
}
