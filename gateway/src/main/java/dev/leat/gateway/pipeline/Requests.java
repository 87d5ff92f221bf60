package dev.leat.gateway.pipeline;

import dev.leat.contract.trace.Tracing;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Takes note of each request as it ends: counts it, and tells whoever keeps a log or its trace.
 * Safe for several threads; what it costs where neither is kept is one addition.
 */
public final class Requests {
  /** The words of how requests end: by the first digit of the status, or without an answer. */
  public static final List<String> CLASSES = List.of("none", "1xx", "2xx", "3xx", "4xx", "5xx");

  /** What a request was for. */
  public enum Kind {
    FUNCTION,
    CONTROL,
    /** It was no HTTP. */
    MALFORMED
  }

  private final LongAdder[][] counts =
      Stream.generate(
              () -> Stream.generate(LongAdder::new).limit(CLASSES.size()).toArray(LongAdder[]::new))
          .limit(Kind.values().length)
          .toArray(LongAdder[][]::new);
  private final Tracing tracing;
  private final @Nullable Consumer<EndedRequest> log;

  /**
   * @param tracing keeps the spans of requests
   * @param log told of each request, on its event loop, and must not wait; null for no log
   */
  public Requests(Tracing tracing, @Nullable Consumer<EndedRequest> log) {
    this.tracing = tracing;
    this.log = log;
  }

  /**
   * @param status 0 when there was nobody to answer any more
   */
  void ended(Exchange exchange, int status) {
    count(exchange.kind(), status);
    if (log != null) {
      log.accept(exchange.toEnded(status));
    }
    String context = exchange.traceParent();
    if (context != null && tracing.records(context)) {
      tracing.ended(exchange.toSpan(context, status));
    }
  }

  /** Counts a request that got no further than its head. */
  public void count(Kind kind, int status) {
    int of = status / 100;
    counts[kind.ordinal()][of < CLASSES.size() ? of : 0].increment();
  }

  /** How many requests of a kind ended so: one number for each of {@link #CLASSES}. */
  public long[] counts(Kind kind) {
    return Arrays.stream(counts[kind.ordinal()]).mapToLong(LongAdder::sum).toArray();
  }
}
