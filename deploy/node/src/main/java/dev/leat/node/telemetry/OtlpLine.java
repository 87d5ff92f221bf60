package dev.leat.node.telemetry;

import dev.leat.node.log.LoggedLine;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.common.Value;
import io.opentelemetry.api.logs.Severity;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.logs.data.Body;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.resources.Resource;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A line of the log as OpenTelemetry's exporter takes it; guests' are a scope of their own. */
record OtlpLine(LoggedLine line, Resource resource) implements LogRecordData {
  private static final long NANOS_PER_SECOND = 1_000_000_000;

  @Override
  public Resource getResource() {
    return resource;
  }

  @Override
  public InstrumentationScopeInfo getInstrumentationScopeInfo() {
    return InstrumentationScopeInfo.create(
        line.stream().equals("node") ? line.logger() : "leat." + line.stream());
  }

  @Override
  public long getTimestampEpochNanos() {
    Instant time = line.time();
    return time.getEpochSecond() * NANOS_PER_SECOND + time.getNano();
  }

  @Override
  public long getObservedTimestampEpochNanos() {
    return getTimestampEpochNanos();
  }

  /** The span that the line names: a guest's its own. */
  @Override
  public SpanContext getSpanContext() {
    return line.fields().get("trace") instanceof String trace
            && line.fields().get("span") instanceof String span
        ? SpanContext.create(trace, span, TraceFlags.getDefault(), TraceState.getDefault())
        : SpanContext.getInvalid();
  }

  @Override
  public Severity getSeverity() {
    return switch (line.level()) {
      case TRACE -> Severity.TRACE;
      case DEBUG -> Severity.DEBUG;
      case INFO -> Severity.INFO;
      case WARN -> Severity.WARN;
      case ERROR -> Severity.ERROR;
    };
  }

  @Override
  public String getSeverityText() {
    return line.level().toString();
  }

  @Override
  @Deprecated
  @SuppressWarnings("deprecation") // the interface has no default for it
  public Body getBody() {
    return Body.string(text());
  }

  @Override
  public Value<?> getBodyValue() {
    return Value.of(text());
  }

  /** A guest's line is what it wrote. */
  private String text() {
    Object written = line.fields().get("text");
    return line.stream().equals("guest") && written != null ? written.toString() : line.message();
  }

  @Override
  public Attributes getAttributes() {
    AttributesBuilder attributes = OtlpSpan.attributes(line.fields());
    @Nullable String error = line.error();
    if (error != null) {
      attributes.put("exception.stacktrace", error);
    }
    return attributes.build();
  }

  @Override
  public int getTotalAttributeCount() {
    return line.fields().size() + (line.error() == null ? 0 : 1);
  }
}
