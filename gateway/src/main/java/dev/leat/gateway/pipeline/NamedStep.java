package dev.leat.gateway.pipeline;

/**
 * A line of a pipeline.
 *
 * @param name as docs/ARCHITECTURE.md lists it
 * @param reason why it is where it is
 */
public record NamedStep<E extends Exchange>(String name, String reason, Step<? super E> step) {
  public static <E extends Exchange> NamedStep<E> step(
      String name, String reason, Step<? super E> step) {
    return new NamedStep<>(name, reason, step);
  }
}
