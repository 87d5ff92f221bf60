package dev.leat.engine;

/**
 * The guest was stopped before it returned. Thrown through the guest's own frames to whoever called
 * it; without a stack trace, since tenants can cause it at will.
 */
public final class GuestStopped extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Reason reason;
  private final int exitCode;
  private final long fuelUsed;
  private final long restedNanos;

  private GuestStopped(Reason reason, String detail, int exitCode) {
    this(reason, detail, exitCode, 0, 0);
  }

  private GuestStopped(
      Reason reason, String detail, int exitCode, long fuelUsed, long restedNanos) {
    super(detail, null, false, false);
    this.reason = reason;
    this.exitCode = exitCode;
    this.fuelUsed = fuelUsed;
    this.restedNanos = restedNanos;
  }

  public static GuestStopped because(Reason reason, String detail) {
    return new GuestStopped(reason, detail, 0);
  }

  public static GuestStopped trapped(String detail) {
    return new GuestStopped(Reason.TRAPPED, detail, 0);
  }

  /** The guest called {@code proc_exit}. */
  public static GuestStopped exited(int code) {
    return new GuestStopped(Reason.EXITED, "exit code " + code, code);
  }

  public Reason reason() {
    return reason;
  }

  /** What happened, in words; may quote nothing of the guest's data. */
  public String detail() {
    return String.valueOf(getMessage());
  }

  /** The code given to {@code proc_exit}; 0 for any other reason. */
  public int exitCode() {
    return exitCode;
  }

  /** The same of an instance that never came to be, and can no longer be asked what it used. */
  public GuestStopped after(long fuel, long rested) {
    return new GuestStopped(reason, detail(), exitCode, fuel, rested);
  }

  /** What {@link #after} said; else 0. */
  public long fuelUsed() {
    return fuelUsed;
  }

  /** How long it had waited because it wanted to, as {@link #after} said; else 0. */
  public long restedNanos() {
    return restedNanos;
  }

  /** Why a guest was stopped. */
  public enum Reason {
    /** It broke a rule: unreachable, out of bounds, divide by zero, ... */
    TRAPPED,
    /** Its calls were nested deeper than the thread's stack holds. */
    STACK_EXHAUSTED,
    /** It used up its fuel. */
    FUEL_EXHAUSTED,
    /** It trapped after its memory was refused growth beyond its own limit. */
    MEMORY_EXCEEDED,
    /**
     * The node had no memory left for it, or it trapped after its memory was refused growth for
     * that: no fault of its own.
     */
    NO_ROOM,
    /** Its time was over. */
    DEADLINE_PASSED,
    /** Nobody waits for it any more. */
    CANCELLED,
    /** It ended itself through WASI. */
    EXITED
  }
}
