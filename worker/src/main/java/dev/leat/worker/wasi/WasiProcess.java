package dev.leat.worker.wasi;

import dev.leat.engine.GuestInstance;
import dev.leat.engine.GuestStopped;
import dev.leat.worker.capability.clock.GuestClock;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * What a WASI guest sees of the world during one call. Confined to the guest's thread.
 *
 * @see WasiHost
 */
public final class WasiProcess {
  private final List<byte[]> arguments;
  private final List<byte[]> environment;
  private final byte[] input;
  private final Sink output;
  private final Sink errors;
  private final GuestClock clock;
  private int inputAt;

  /**
   * @param environment entries of the form {@code NAME=value}
   * @param input what standard input holds
   * @param clock what the guest's clocks show
   */
  public WasiProcess(
      List<String> arguments,
      List<String> environment,
      byte[] input,
      Sink output,
      Sink errors,
      GuestClock clock) {
    this.arguments = bytes(arguments);
    this.environment = bytes(environment);
    this.input = input;
    this.output = output;
    this.errors = errors;
    this.clock = clock;
  }

  private static List<byte[]> bytes(List<String> texts) {
    return texts.stream().map(text -> text.getBytes(StandardCharsets.UTF_8)).toList();
  }

  List<byte[]> arguments() {
    return arguments;
  }

  List<byte[]> environment() {
    return environment;
  }

  /** The next bytes of standard input, at most {@code length}; empty at its end. */
  byte[] read(int length) {
    int end = inputAt + Math.min(length, input.length - inputAt);
    byte[] next = Arrays.copyOfRange(input, inputAt, end);
    inputAt = end;
    return next;
  }

  Sink output() {
    return output;
  }

  Sink errors() {
    return errors;
  }

  GuestClock clock() {
    return clock;
  }

  /** The process of the call that this instance is running. */
  static WasiProcess of(GuestInstance instance) {
    if (instance.attachment() instanceof Owner owner) {
      return owner.process();
    }
    throw GuestStopped.trapped("a WASI function was called outside of a request");
  }

  /** What an instance's attachment must be for WASI functions to work. */
  @FunctionalInterface
  public interface Owner {
    WasiProcess process();
  }

  /** Where a stream's bytes go. May throw {@link GuestStopped} when it holds no more. */
  @FunctionalInterface
  public interface Sink {
    void write(byte[] bytes);
  }
}
