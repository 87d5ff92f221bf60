package dev.leat.invocations.async;

import dev.leat.contract.Headers;
import dev.leat.contract.ProblemCode;

/** What a call was answered that somebody waited for. */
public sealed interface FirstAnswer {
  /** By its function. */
  record Response(int status, Headers headers, byte[] body) implements FirstAnswer {}

  /** By the platform, after the function may have run. */
  record Refusal(ProblemCode code, String detail) implements FirstAnswer {}
}
