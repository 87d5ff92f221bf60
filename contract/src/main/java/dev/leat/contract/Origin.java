package dev.leat.contract;

import org.jspecify.annotations.Nullable;

/**
 * Where an invocation comes from. It says who is answerable for it, it allows nothing: whoever
 * makes one has authorised it before.
 *
 * @param caller the subject of the caller's token; null when the function was called without one
 * @param tenant the caller's own tenant; null for the platform's operators, and without a token
 * @param trigger what made it come about
 * @param trace the platform's span as {@code traceparent} (W3C Trace Context, 3.2), to be the
 *     parent of what the invocation causes; null when it is not traced
 * @param attempt 1 for the first time that it is tried, one more each time again
 */
public record Origin(
    @Nullable String caller,
    @Nullable TenantId tenant,
    Trigger trigger,
    @Nullable String trace,
    int attempt) {
  /** A first attempt of nobody in particular, not traced. */
  public static final Origin ANONYMOUS = new Origin(null, null, Trigger.HTTP, null, 1);

  public Origin {
    if (attempt < 1) {
      throw new IllegalArgumentException("attempt must be at least 1, was " + attempt);
    }
  }

  /** The same, of something that has not been tried. */
  public Origin firstAttempt() {
    return new Origin(caller, tenant, trigger, trace, 1);
  }

  /** The same as a part of this span. */
  public Origin within(String context) {
    return new Origin(caller, tenant, trigger, context, attempt);
  }
}
