package dev.leat.tenants;

import dev.leat.contract.ProblemCode;

/** What became of a request's {@code Authorization} header. */
public sealed interface Authentication {
  /** It holds a valid token of this principal. */
  record Authenticated(Principal principal) implements Authentication {}

  /**
   * It does not.
   *
   * @param code {@link ProblemCode#UNAUTHENTICATED}, {@link ProblemCode#TOKEN_EXPIRED} or {@link
   *     ProblemCode#TOO_MANY_INVALID_TOKENS}
   * @param detail why, for the one who asked; repeats nothing of the token
   */
  record Refused(ProblemCode code, String detail) implements Authentication {}
}
