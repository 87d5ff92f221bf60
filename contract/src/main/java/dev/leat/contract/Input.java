package dev.leat.contract;

/**
 * What a function is called with: a head, which says how and by what, and a body of bytes. Another
 * kind (an event, a job's step) is a record that is permitted here; then whoever must tell the
 * kinds apart no longer compiles: the codec of {@code contract.codec}, and the worker where a guest
 * is shown its input.
 */
public sealed interface Input permits HttpCall {
  /** The whole body; the receiver must not change it. */
  byte[] body();

  /** The same input with another body: between nodes the two travel apart. */
  Input withBody(byte[] body);
}
