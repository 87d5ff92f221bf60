package dev.leat.engine;

/**
 * A function that the host offers to guests.
 *
 * @param module the import's module
 * @param name the import's name
 * @param signature its type, such as {@code (i32,i32)->i64}; checked when a module is linked
 * @param body what it does
 */
public record HostFunction(String module, String name, String signature, Body body) {
  /** What a host function does. Runs on the guest's thread. */
  @FunctionalInterface
  public interface Body {
    /**
     * @param guest the instance that calls
     * @param arguments as 64-bit words: an i32 in the low half, an f64 as its bits
     * @return the result; ignored when the type has none
     */
    long call(GuestInstance guest, long[] arguments);
  }
}
