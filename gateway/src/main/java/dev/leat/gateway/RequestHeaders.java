package dev.leat.gateway;

import dev.leat.contract.Headers;
import io.vertx.core.MultiMap;
import java.util.AbstractMap.SimpleImmutableEntry;
import java.util.Iterator;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * A request's fields as the function sees them: the bearer token that the platform consumed is left
 * out, and the trace is the platform's own span.
 */
final class RequestHeaders implements Headers {
  private static final String AUTHORIZATION = "authorization";

  private final MultiMap fields;
  private final boolean hidesToken;
  private final @Nullable String traceParent;

  RequestHeaders(MultiMap fields, boolean hidesToken, @Nullable String traceParent) {
    this.fields = fields;
    this.hidesToken = hidesToken;
    this.traceParent = traceParent;
  }

  @Override
  public @Nullable String first(String name) {
    if (hidesToken && name.equalsIgnoreCase(AUTHORIZATION)) {
      return null;
    }
    return traceParent != null && name.equalsIgnoreCase(TraceParent.FIELD)
        ? traceParent
        : fields.get(name);
  }

  @Override
  public Iterator<Map.Entry<String, String>> iterator() {
    return StreamSupport.stream(fields.spliterator(), false)
        .filter(field -> !(hidesToken && field.getKey().equalsIgnoreCase(AUTHORIZATION)))
        .map(this::withOwnSpan)
        .iterator();
  }

  private Map.Entry<String, String> withOwnSpan(Map.Entry<String, String> field) {
    return traceParent != null && field.getKey().equalsIgnoreCase(TraceParent.FIELD)
        ? new SimpleImmutableEntry<>(field.getKey(), traceParent)
        : field;
  }
}
