package dev.leat.contract.trace;

import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The steps of an operation of the control plane, each a span beneath the one in which it happens.
 * Bound where an operation begins, on its thread; who hands work to another thread takes {@link
 * #current} along. Safe for several threads.
 */
public final class Steps {
  private static final ScopedValue<Steps> CURRENT = ScopedValue.newInstance();
  private static final Steps UNTRACED = new Steps(Tracing.OFF, null);

  private final Tracing tracing;
  private final @Nullable String context;

  /**
   * @param context the span that the steps belong to; null where there is none
   */
  public Steps(Tracing tracing, @Nullable String context) {
    this.tracing = tracing;
    this.context = context;
  }

  /** Those of the operation that runs on this thread. */
  public static Steps current() {
    return CURRENT.isBound() ? CURRENT.get() : UNTRACED;
  }

  /** Runs the operation on this thread. */
  public <T> T run(Supplier<T> operation) {
    return ScopedValue.where(CURRENT, this).call(operation::get);
  }

  /** Does one step, and tells how long it took. */
  public <T> T time(String name, Supplier<T> step) {
    String parent = context;
    if (parent == null || !tracing.records(parent)) {
      return step.get();
    }
    String own = TraceParent.child(parent);
    long startNanos = System.nanoTime();
    String error = "failed";
    try {
      T result = new Steps(tracing, own).run(step);
      error = null;
      return result;
    } finally {
      tracing.ended(
          new Span(
              own,
              parent,
              name,
              Span.Kind.INTERNAL,
              startNanos,
              System.nanoTime(),
              Map.of(),
              error));
    }
  }
}
