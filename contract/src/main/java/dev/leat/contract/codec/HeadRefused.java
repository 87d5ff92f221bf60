package dev.leat.contract.codec;

/** These bytes are no head that this release reads, or this head is more than one may be. */
public final class HeadRefused extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Reason reason;

  HeadRefused(Reason reason, String detail) {
    super(detail);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }

  /** What is wrong with a head. */
  public enum Reason {
    /** It does not begin as heads of its kind do. */
    NO_HEAD,
    /** It is written in a form that this release does not know. */
    UNKNOWN_FORM,
    /** It ends before all was said. */
    TRUNCATED,
    /** Something follows when all was said. */
    TRAILING,
    /** It is, or says that it is, beyond a bound. */
    TOO_LARGE,
    /** It holds a value that its place cannot have. */
    INVALID
  }
}
