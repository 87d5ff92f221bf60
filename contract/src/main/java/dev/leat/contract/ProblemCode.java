package dev.leat.contract;

/**
 * The kinds of error that users meet. The word is the {@code code} of a problem document and the
 * last part of its {@code type}; the status is its HTTP status.
 */
public enum ProblemCode {
  INVALID_REQUEST(400, Source.GATEWAY, false, "The request is malformed"),
  UNAUTHENTICATED(401, Source.GATEWAY, false, "No valid token"),
  TOKEN_EXPIRED(401, Source.GATEWAY, false, "The token has expired"),
  FORBIDDEN(403, Source.GATEWAY, false, "The token's roles do not allow this"),
  CLAIMS_NOT_MET(403, Source.GATEWAY, false, "The token does not have the claims required"),
  TENANT_SUSPENDED(403, Source.GATEWAY, false, "The tenant is suspended"),
  CALLBACK_NOT_ALLOWED(403, Source.GATEWAY, false, "The callback is not allowed"),
  NOT_FOUND(404, Source.GATEWAY, false, "There is no such thing"),
  FUNCTION_NOT_FOUND(404, Source.GATEWAY, false, "There is no such function"),
  METHOD_NOT_ALLOWED(405, Source.GATEWAY, false, "The method is not allowed here"),
  REQUEST_TIMEOUT(408, Source.GATEWAY, true, "The body did not arrive in time"),
  CONFLICT(409, Source.GATEWAY, false, "It conflicts with what exists"),
  ACCEPTANCE_REQUIRED(409, Source.GATEWAY, false, "It asks for more than before"),
  NO_RESULT(409, Source.GATEWAY, false, "The invocation has no result"),
  KEY_PENDING(409, Source.GATEWAY, true, "The call with this key is not answered yet"),
  RESULT_EXPIRED(410, Source.GATEWAY, false, "The result is not kept any more"),
  PRECONDITION_FAILED(412, Source.GATEWAY, false, "It has changed meanwhile"),
  BODY_TOO_LARGE(413, Source.GATEWAY, false, "The body is too large"),
  UNSUPPORTED_MEDIA_TYPE(415, Source.GATEWAY, false, "The content type is not supported"),
  NOT_READY(425, Source.GATEWAY, true, "The invocation has not ended"),
  HEADERS_TOO_LARGE(431, Source.GATEWAY, false, "The header fields are too large"),
  INVALID_MODULE(422, Source.GATEWAY, false, "The module cannot be accepted"),
  INVALID_SIGNATURE(422, Source.GATEWAY, false, "The signature cannot be accepted"),
  MODULE_UNTRUSTED(422, Source.GATEWAY, false, "The tenant does not trust the module"),
  INVALID_MANIFEST(422, Source.GATEWAY, false, "The manifest cannot be accepted"),
  KEY_REUSED(422, Source.GATEWAY, false, "The key came with another request"),
  TOO_MANY_INVALID_TOKENS(429, Source.GATEWAY, true, "Too many invalid tokens from the address"),
  QUOTA_EXCEEDED(429, Source.QUOTA, true, "The quota is used up"),
  INTERNAL_ERROR(500, Source.GATEWAY, true, "The platform failed"),
  FUNCTION_FAILED(502, Source.WORKER, false, "The function reported a failure"),
  FUNCTION_TRAPPED(502, Source.WORKER, false, "The function broke a rule of its sandbox"),
  STACK_EXHAUSTED(502, Source.WORKER, false, "The function's calls are nested too deeply"),
  FUEL_EXHAUSTED(502, Source.WORKER, false, "The function used up its fuel"),
  MEMORY_EXCEEDED(502, Source.WORKER, false, "The function used up its memory"),
  RESPONSE_TOO_LARGE(502, Source.WORKER, false, "The function's response is too large"),
  FUNCTION_UNRUNNABLE(502, Source.WORKER, false, "The function cannot be run"),
  MODULE_TAMPERED(502, Source.WORKER, false, "The stored module was changed"),
  MODULE_REVOKED(
      502, Source.GATEWAY, false, "The function's module is signed by revoked keys only"),
  WORKER_LOST(502, Source.SCHEDULER, false, "The worker that had the call was lost"),
  FUNCTION_TIMEOUT(504, Source.WORKER, true, "The function ran too long"),
  STORE_UNAVAILABLE(503, Source.GATEWAY, true, "The platform's store is away just now"),
  ENCRYPTION_KEY_MISSING(503, Source.GATEWAY, false, "The node has no key for secrets"),
  OVERLOADED(503, Source.SCHEDULER, true, "The platform has no room just now"),
  WORKER_UNAVAILABLE(503, Source.SCHEDULER, true, "No worker took the call"),
  CLIENT_CLOSED(499, Source.GATEWAY, false, "The client closed the connection");

  private final int status;
  private final Source source;
  private final boolean retryable;
  private final String title;

  ProblemCode(int status, Source source, boolean retryable, String title) {
    this.status = status;
    this.source = source;
    this.retryable = retryable;
    this.title = title;
  }

  /** Kebab-case, as documented. */
  public String word() {
    return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
  }

  /** The HTTP status. */
  public int status() {
    return status;
  }

  /** Which part of the platform answers, the value of {@code Leat-Error-Source}. */
  public Source source() {
    return source;
  }

  /** Whether the same request may succeed later. */
  public boolean isRetryable() {
    return retryable;
  }

  /** The short sentence that is the same for every problem of this code. */
  public String title() {
    return title;
  }

  /** The parts of the platform that answer with an error. */
  public enum Source {
    GATEWAY,
    QUOTA,
    SCHEDULER,
    WORKER;

    public String word() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }
}
