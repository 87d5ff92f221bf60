package dev.leat.gateway.control.reply;

import dev.leat.contract.HttpCall;
import dev.leat.invocations.LogLine;
import dev.leat.invocations.async.DeadLetter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A dead letter.
 *
 * @param input what it was called with; null in lists
 * @param log what its attempts wrote to the log; null in lists
 */
public record DeadLetterReply(
    String id,
    String function,
    int version,
    String module,
    @Nullable String caller,
    String state,
    int attempts,
    String acceptedAt,
    String endedAt,
    String keptUntil,
    String outcome,
    @Nullable String error,
    long fuel,
    long bodyBytes,
    @Nullable Input input,
    @Nullable List<String> log) {
  /**
   * A call.
   *
   * @param headers each {@code name: value}
   * @param body in Base64; null if it is too long to be shown
   */
  public record Input(
      String method,
      String path,
      @Nullable String query,
      List<String> headers,
      @Nullable String body) {
    static Input of(HttpCall call, long bodyBytes) {
      List<String> headers = new ArrayList<>();
      call.headers().forEach(field -> headers.add(field.getKey() + ": " + field.getValue()));
      boolean isWhole = call.body().length == bodyBytes;
      return new Input(
          call.method(),
          call.path(),
          call.query(),
          headers,
          isWhole ? Base64.getEncoder().encodeToString(call.body()) : null);
    }
  }

  public static DeadLetterReply of(DeadLetter letter) {
    return with(letter, null, null);
  }

  public static DeadLetterReply of(DeadLetter letter, HttpCall input, List<LogLine> log) {
    return with(
        letter,
        Input.of(input, letter.bodyBytes()),
        log.stream().map(line -> line.level() + " " + line.text()).toList());
  }

  private static DeadLetterReply with(
      DeadLetter letter, @Nullable Input input, @Nullable List<String> log) {
    return new DeadLetterReply(
        letter.id(),
        letter.version().function().name().value(),
        letter.version().number(),
        letter.version().module().toString(),
        letter.caller().isEmpty() ? null : letter.caller(),
        letter.state().word(),
        letter.attempts(),
        letter.acceptedAt().toString(),
        letter.endedAt().toString(),
        letter.keptUntil().toString(),
        letter.ending(),
        letter.reason().isEmpty() ? null : letter.reason(),
        letter.fuel(),
        letter.bodyBytes(),
        input,
        log);
  }
}
