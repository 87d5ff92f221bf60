package dev.leat.worker;

/** A module's bytes cannot be had just now, and may be later: the store that has them is away. */
public final class ModuleUnavailable extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Why, for callers: not what the store says of itself. */
  static final String REASON = "its module cannot be loaded while the platform's store is away";

  public ModuleUnavailable(Throwable cause) {
    super(REASON, cause);
  }
}
