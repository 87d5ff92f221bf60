package dev.leat.gateway.control;

import dev.leat.contract.Answer;
import dev.leat.contract.Headers;
import dev.leat.contract.Problem;
import dev.leat.contract.ProblemCode;
import java.util.Map;
import java.util.function.Function;

/** What an operation answers. */
sealed interface Reply {
  /**
   * A record of {@code gateway.control.reply} to be written as JSON.
   *
   * @param headers fields besides the content type
   */
  record Json(int status, Record value, Map<String, String> headers) implements Reply {}

  /** Bytes of a media type. */
  record Bytes(String mediaType, byte[] bytes) implements Reply {}

  /** What a function answered before. */
  record OfFunction(int status, Headers headers, byte[] body) implements Reply {}

  /** It was done; there is nothing to say. */
  record Done() implements Reply {}

  /** It was refused. */
  record Refused(Problem problem) implements Reply {}

  static Reply ok(Record value) {
    return new Json(200, value, Map.of());
  }

  static Reply created(Record value, String location) {
    return new Json(201, value, Map.of("location", location));
  }

  /** The answer's value as the reply, or its refusal. */
  static <T extends Record> Reply ok(Answer<T> answer) {
    return of(answer, Reply::ok);
  }

  static Reply refused(ProblemCode code, String detail) {
    return new Refused(Problem.of(code, detail));
  }

  /** The reply for the answer's value, or its refusal. */
  static <T> Reply of(Answer<T> answer, Function<? super T, Reply> reply) {
    return switch (answer) {
      case Answer.Done<T>(T value) -> reply.apply(value);
      case Answer.Refused<T>(Problem problem) -> new Refused(problem);
    };
  }
}
