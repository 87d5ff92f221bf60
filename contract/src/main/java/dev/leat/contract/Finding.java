package dev.leat.contract;

/**
 * One mistake in something that was handed in.
 *
 * @param at where: a path such as {@code spec.limits.memory}, or a byte offset; "" for the whole
 * @param message what, the value, the allowed, the remedy
 */
public record Finding(String at, String message) {
  @Override
  public String toString() {
    return at.isEmpty() ? message : at + ": " + message;
  }
}
