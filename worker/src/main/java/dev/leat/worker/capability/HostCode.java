package dev.leat.worker.capability;

/** What host functions answer instead of a length or a value: docs/FUNCTIONS.md, "Answers". */
public final class HostCode {
  public static final int DONE = 0;

  /** What was asked for is not there. */
  public static final int ABSENT = -1;

  /** The manifest, the function's permissions or the tenant's allowance do not let it. */
  public static final int DENIED = -2;

  /** An argument is none that the function takes. */
  public static final int INVALID = -3;

  /** The tenant has used up what it may. */
  public static final int QUOTA = -4;

  /** It took too long, and was given up; it may have been done all the same. */
  public static final int TIMEOUT = -5;

  /** The host could not do it. */
  public static final int FAILED = -6;

  /** An argument, or the answer, is larger than it may be. */
  public static final int TOO_LARGE = -7;

  /** Something else is there than was expected. */
  public static final int CONFLICT = -8;

  private HostCode() {}

  /** In a word, as where a guest is answered with JSON. */
  public static String word(int code) {
    return switch (code) {
      case ABSENT -> "absent";
      case DENIED -> "denied";
      case INVALID -> "invalid";
      case QUOTA -> "quota";
      case TIMEOUT -> "timeout";
      case TOO_LARGE -> "too-large";
      case CONFLICT -> "conflict";
      default -> "failed";
    };
  }
}
