package dev.leat.tenants;

import dev.leat.contract.ProblemCode;
import java.util.concurrent.CompletionStage;

/** What became of a request's {@code Authorization} header. */
public sealed interface Authentication {
  /** It is known now. */
  sealed interface Known extends Authentication {}

  /** It holds a valid token of this principal. */
  record Authenticated(Principal principal) implements Known {}

  /**
   * It names a key that may have come into use since this node last looked.
   *
   * @param looked completes, never exceptionally, when it has looked: then {@link
   *     Authenticator#authenticate} says
   */
  record Pending(CompletionStage<Void> looked) implements Authentication {}

  /**
   * It does not.
   *
   * @param code {@link ProblemCode#UNAUTHENTICATED}, {@link ProblemCode#TOKEN_EXPIRED} or {@link
   *     ProblemCode#TOO_MANY_INVALID_TOKENS}
   * @param detail why, for the one who asked; repeats nothing of the token
   */
  record Refused(ProblemCode code, String detail) implements Known {}
}
