package dev.leat.node.telemetry;

import dev.leat.contract.trace.Span;
import dev.leat.contract.trace.SpanAttributes;
import dev.leat.contract.trace.TraceParent;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.sdk.common.InstrumentationLibraryInfo;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.data.StatusData;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A span as OpenTelemetry's exporter takes it.
 *
 * @param epochNanos what is added to a point of {@link System#nanoTime()} to make it one of the
 *     epoch
 */
record OtlpSpan(Span span, long epochNanos, Resource resource) implements SpanData {
  static final InstrumentationScopeInfo SCOPE = InstrumentationScopeInfo.create("dev.leat");

  @Override
  public String getName() {
    return span.name();
  }

  @Override
  public SpanKind getKind() {
    return switch (span.kind()) {
      case SERVER -> SpanKind.SERVER;
      case CLIENT -> SpanKind.CLIENT;
      case PRODUCER -> SpanKind.PRODUCER;
      case CONSUMER -> SpanKind.CONSUMER;
      case INTERNAL -> SpanKind.INTERNAL;
    };
  }

  @Override
  public SpanContext getSpanContext() {
    return context(span.context());
  }

  @Override
  public SpanContext getParentSpanContext() {
    return context(span.parent());
  }

  static SpanContext context(@Nullable String traceParent) {
    return traceParent == null
        ? SpanContext.getInvalid()
        : SpanContext.create(
            TraceParent.traceId(traceParent),
            TraceParent.spanId(traceParent),
            TraceParent.isSampled(traceParent) ? TraceFlags.getSampled() : TraceFlags.getDefault(),
            TraceState.getDefault());
  }

  @Override
  public StatusData getStatus() {
    String error = span.error();
    return error == null ? StatusData.unset() : StatusData.create(StatusCode.ERROR, error);
  }

  @Override
  public long getStartEpochNanos() {
    return span.startNanos() + epochNanos;
  }

  @Override
  public long getEndEpochNanos() {
    return span.endNanos() + epochNanos;
  }

  @Override
  public Attributes getAttributes() {
    AttributesBuilder attributes = attributes(span.attributes());
    String error = span.error();
    if (error != null) {
      attributes.put(SpanAttributes.ERROR, error);
    }
    return attributes.build();
  }

  static AttributesBuilder attributes(Map<String, Object> of) {
    AttributesBuilder attributes = Attributes.builder();
    of.forEach((name, value) -> {
      switch (value) {
        case Boolean truth -> attributes.put(name, truth);
        case Long number -> attributes.put(name, number);
        case Integer number -> attributes.put(name, number);
        case Double number -> attributes.put(name, number);
        default -> attributes.put(name, value.toString());
      }
    });
    return attributes;
  }

  @Override
  public List<EventData> getEvents() {
    return List.of();
  }

  @Override
  public List<LinkData> getLinks() {
    String cause = span.cause();
    return cause == null ? List.of() : List.of(LinkData.create(context(cause)));
  }

  @Override
  public boolean hasEnded() {
    return true;
  }

  @Override
  public int getTotalRecordedEvents() {
    return 0;
  }

  @Override
  public int getTotalRecordedLinks() {
    return span.cause() == null ? 0 : 1;
  }

  @Override
  public int getTotalAttributeCount() {
    return span.attributes().size() + (span.error() == null ? 0 : 1);
  }

  @Override
  @Deprecated
  @SuppressWarnings("deprecation") // the interface has no default for it
  public InstrumentationLibraryInfo getInstrumentationLibraryInfo() {
    return InstrumentationLibraryInfo.empty();
  }

  @Override
  public InstrumentationScopeInfo getInstrumentationScopeInfo() {
    return SCOPE;
  }

  @Override
  public Resource getResource() {
    return resource;
  }
}
