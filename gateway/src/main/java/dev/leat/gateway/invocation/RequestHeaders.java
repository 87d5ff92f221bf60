package dev.leat.gateway.invocation;

import dev.leat.contract.Headers;
import dev.leat.contract.trace.TraceParent;
import io.vertx.core.MultiMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A request's fields as the function sees them: a token of the platform's is left out, whether it
 * was needed or not, and the trace is the platform's own span.
 */
final class RequestHeaders {
  private static final String AUTHORIZATION = "authorization";
  private static final String TRACE_STATE = "tracestate";

  private RequestHeaders() {}

  /**
   * Copies the fields, so that they can be read on other threads and outlive the request.
   *
   * @param isHidden which values of {@code Authorization} the function does not see
   * @param traceParent the platform's own span; null to leave the field as it is
   */
  static Headers of(MultiMap fields, Predicate<String> isHidden, @Nullable String traceParent) {
    Headers.Builder seen = new Headers.Builder();
    boolean isNew = traceParent != null && !TraceParent.isValid(fields.get(TraceParent.FIELD));
    if (traceParent != null && isNew) {
      seen.add(TraceParent.FIELD, traceParent);
    }
    fields.forEach((name, value) -> {
      if (name.equalsIgnoreCase(AUTHORIZATION)) {
        if (!isHidden.test(value)) {
          seen.add(name, value);
        }
      } else if (traceParent != null && name.equalsIgnoreCase(TraceParent.FIELD)) {
        if (!isNew) {
          seen.add(name, traceParent);
        }
      } else if (!isNew || !name.equalsIgnoreCase(TRACE_STATE)) {
        // The state of a trace that ends here is not handed on (W3C Trace Context, 4.3).
        seen.add(name, value);
      }
    });
    return seen.build();
  }
}
