package dev.leat.contract;

import java.util.function.Function;

/**
 * What a use case answers: the value asked for, or why not. Broken infrastructure is not an answer;
 * it is thrown.
 */
public sealed interface Answer<T> {
  static <T> Answer<T> done(T value) {
    return new Done<>(value);
  }

  static <T> Answer<T> refused(Problem problem) {
    return new Refused<>(problem);
  }

  static <T> Answer<T> refused(ProblemCode code, String detail) {
    return new Refused<>(Problem.of(code, detail));
  }

  /** The same answer with its value, if there is one, turned into another. */
  default <R> Answer<R> map(Function<? super T, ? extends R> turn) {
    return switch (this) {
      case Done<T>(T value) -> new Done<>(turn.apply(value));
      case Refused<T>(Problem problem) -> new Refused<>(problem);
    };
  }

  /** What comes next with its value, if there is one; a refusal stays, and nothing comes next. */
  default <R> Answer<R> then(Function<? super T, Answer<R>> next) {
    return switch (this) {
      case Done<T>(T value) -> next.apply(value);
      case Refused<T>(Problem problem) -> new Refused<>(problem);
    };
  }

  /** It was done. */
  record Done<T>(T value) implements Answer<T> {}

  /** It was not done, and nothing was changed. */
  record Refused<T>(Problem problem) implements Answer<T> {}
}
