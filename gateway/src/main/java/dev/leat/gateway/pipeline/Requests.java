package dev.leat.gateway.pipeline;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Takes note of each request as it ends: counts it, and tells whoever keeps a log. Safe for several
 * threads; what it costs without a log is one addition.
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
  private final boolean isLogged;
  private final Consumer<EndedRequest> log;

  /** Only counts. */
  public Requests() {
    this(false, request -> {});
  }

  /**
   * @param log told of each request, on its event loop; must not wait
   */
  public Requests(Consumer<EndedRequest> log) {
    this(true, log);
  }

  private Requests(boolean isLogged, Consumer<EndedRequest> log) {
    this.isLogged = isLogged;
    this.log = log;
  }

  /**
   * @param status 0 when there was nobody to answer any more
   */
  void ended(Exchange exchange, int status) {
    count(exchange.kind(), status);
    if (isLogged) {
      log.accept(exchange.toEnded(status));
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
