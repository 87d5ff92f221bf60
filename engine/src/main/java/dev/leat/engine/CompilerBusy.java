package dev.leat.engine;

/** The node has no room to compile a module just now, which is no fault of the module's. */
public final class CompilerBusy extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * @param reason what it has no room for, without a full stop
   */
  public CompilerBusy(String reason) {
    super(reason);
  }

  public String reason() {
    return String.valueOf(getMessage());
  }
}
