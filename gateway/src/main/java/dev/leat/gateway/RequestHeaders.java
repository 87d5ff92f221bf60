package dev.leat.gateway;

import dev.leat.contract.Headers;
import io.vertx.core.MultiMap;
import java.util.AbstractMap.SimpleImmutableEntry;
import java.util.Iterator;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * A request's fields as the function sees them: a token of the platform's is left out, whether it
 * was needed or not, and the trace is the platform's own span.
 */
final class RequestHeaders implements Headers {
  private static final String AUTHORIZATION = "authorization";

  private final MultiMap fields;
  private final Predicate<String> isHidden;
  private final @Nullable String traceParent;

  /**
   * @param isHidden which values of {@code Authorization} the function does not see
   */
  RequestHeaders(MultiMap fields, Predicate<String> isHidden, @Nullable String traceParent) {
    this.fields = fields;
    this.isHidden = isHidden;
    this.traceParent = traceParent;
  }

  @Override
  public @Nullable String first(String name) {
    if (name.equalsIgnoreCase(AUTHORIZATION)) {
      return fields.getAll(AUTHORIZATION).stream()
          .filter(isHidden.negate())
          .findFirst()
          .orElse(null);
    }
    return traceParent != null && name.equalsIgnoreCase(TraceParent.FIELD)
        ? traceParent
        : fields.get(name);
  }

  @Override
  public Iterator<Map.Entry<String, String>> iterator() {
    return StreamSupport.stream(fields.spliterator(), false)
        .filter(field ->
            !(field.getKey().equalsIgnoreCase(AUTHORIZATION) && isHidden.test(field.getValue())))
        .map(this::withOwnSpan)
        .iterator();
  }

  private Map.Entry<String, String> withOwnSpan(Map.Entry<String, String> field) {
    return traceParent != null && field.getKey().equalsIgnoreCase(TraceParent.FIELD)
        ? new SimpleImmutableEntry<>(field.getKey(), traceParent)
        : field;
  }
}
