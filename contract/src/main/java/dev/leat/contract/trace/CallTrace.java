package dev.leat.contract.trace;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is noted of one invocation whose trace is kept, while a worker has it. Confined to the
 * thread that has the invocation in hand. Its spans are made of it when the invocation has ended.
 */
public final class CallTrace {
  /** A guest may call the host as often as it likes; each span takes some 500 bytes. */
  public static final int HOST_CALLS_MAX = 128;

  private final String execution;
  private final List<Span> hostCalls = new ArrayList<>();
  private long leftOut;
  private long loadingNanos;
  private long loadedNanos;

  /**
   * @param parent the context that the invocation came with
   */
  public CallTrace(String parent) {
    this.execution = TraceParent.child(parent);
  }

  /** The context of the span of the guest's run, to which those of its host calls belong. */
  public String execution() {
    return execution;
  }

  /** The invocation waited for its module between these points of {@link System#nanoTime()}. */
  public void loaded(long sinceNanos, long nowNanos) {
    loadingNanos = sinceNanos;
    loadedNanos = nowNanos;
  }

  public boolean hasLoaded() {
    return loadedNanos != loadingNanos;
  }

  public long loadingNanos() {
    return loadingNanos;
  }

  public long loadedNanos() {
    return loadedNanos;
  }

  /**
   * A call of the host is over.
   *
   * @param name of the function that was called
   * @param power which it belongs to
   * @param error the word of what went wrong; null when nothing did
   */
  public void hostCall(
      String name, String power, long startNanos, long endNanos, @Nullable String error) {
    if (hostCalls.size() == HOST_CALLS_MAX) {
      leftOut++;
      return;
    }
    hostCalls.add(
        new Span(
            TraceParent.child(execution),
            execution,
            name,
            Span.Kind.INTERNAL,
            startNanos,
            endNanos,
            Map.of(SpanAttributes.POWER, power),
            error));
  }

  /** The first {@value #HOST_CALLS_MAX}. */
  public List<Span> hostCalls() {
    return hostCalls;
  }

  /** How many came after those. */
  public long leftOut() {
    return leftOut;
  }
}
