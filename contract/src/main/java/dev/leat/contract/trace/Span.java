package dev.leat.contract.trace;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A step of a trace that is over.
 *
 * @param context its own, as {@code traceparent}
 * @param parent that of the step that it belongs to; null for the first one
 * @param cause that of the step of another trace which this one came of, later; null for none
 * @param startNanos a point of this JVM's {@link System#nanoTime()}
 * @param endNanos likewise
 * @param attributes by their names, of which {@link SpanAttributes} has those of this platform;
 *     texts, whole numbers and truth values
 * @param error the word of what went wrong; null when nothing did
 */
public record Span(
    String context,
    @Nullable String parent,
    @Nullable String cause,
    String name,
    Kind kind,
    long startNanos,
    long endNanos,
    Map<String, Object> attributes,
    @Nullable String error) {
  public Span {
    attributes = Map.copyOf(attributes);
  }

  /** One that came of its parent alone. */
  public Span(
      String context,
      @Nullable String parent,
      String name,
      Kind kind,
      long startNanos,
      long endNanos,
      Map<String, Object> attributes,
      @Nullable String error) {
    this(context, parent, null, name, kind, startNanos, endNanos, attributes, error);
  }

  /** Which side of a call it is. */
  public enum Kind {
    /** The work of one who was asked by somebody else. */
    SERVER,
    /** The wait of one who asked somebody else. */
    CLIENT,
    /** The making of what others do later. */
    PRODUCER,
    /** The work that was left for later. */
    CONSUMER,
    INTERNAL
  }
}
