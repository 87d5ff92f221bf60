package dev.leat.gateway.invocation;

import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Invoker;
import dev.leat.contract.Outcome;
import dev.leat.contract.Usage;
import dev.leat.contract.trace.SpanAttributes;
import dev.leat.gateway.http.BodyMemory;
import dev.leat.gateway.http.BodyMemory.Reservation;
import dev.leat.gateway.pipeline.Exchange;
import dev.leat.gateway.pipeline.Pipeline;
import dev.leat.gateway.pipeline.Requests;
import dev.leat.invocations.async.Acceptance;
import dev.leat.invocations.async.KeyedCalls;
import dev.leat.registry.route.Route.Target;
import dev.leat.tenants.Admission;
import dev.leat.tenants.QuotaLeft;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * A request for a function on its way. It holds a place among those that its tenant may run at
 * once, and memory. The place and the body's memory are held until the call has ended and let go of
 * them, whether or not anyone still waits for it; then the response's memory until the client has
 * taken it.
 */
final class InvocationExchange extends Exchange implements Invoker.Callback {
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
  private static final AtomicIntegerFieldUpdater<InvocationExchange> PLACE_RELEASED =
      AtomicIntegerFieldUpdater.newUpdater(InvocationExchange.class, "placeReleased");

  private final Pipeline<InvocationExchange> pipeline;
  private final Handover handover;
  private @Nullable InvocationTarget target;
  private Admission.@Nullable Admitted place;

  /** 1 once it was given back, by the call on its thread or by the request's end. */
  @SuppressWarnings("UnusedVariable") // by its updater
  private volatile int placeReleased;

  private @Nullable Outcome outcome;
  private volatile @Nullable Acceptance acceptance;
  private volatile KeyedCalls.@Nullable Told told;

  InvocationExchange(
      Pipeline<InvocationExchange> pipeline, HttpServerRequest request, EventLoop loop) {
    super(request, loop.connections(), loop.requests());
    this.pipeline = pipeline;
    this.handover = loop.handover();
  }

  @Override
  public void run() {
    pipeline.goOn(this);
  }

  Handover handover() {
    return handover;
  }

  /** What the path names. */
  InvocationTarget target() {
    return Objects.requireNonNull(target, "the function is looked up first");
  }

  void target(InvocationTarget named) {
    target = named;
  }

  /** The version that is called. */
  Target called() {
    return Objects.requireNonNull(target().called(), "that there is one was seen to");
  }

  private FunctionVersion version() {
    return called().version();
  }

  void place(Admission.Admitted admitted) {
    place = admitted;
  }

  /** What is left of its quotas; null when none counts it. */
  @Nullable QuotaLeft quotaLeft() {
    return place == null ? null : place.left();
  }

  Outcome outcome() {
    return Objects.requireNonNull(outcome, "the function is invoked first");
  }

  @Override
  protected Requests.Kind kind() {
    return Requests.Kind.FUNCTION;
  }

  @Override
  protected @Nullable FunctionVersion function() {
    Target called = target == null ? null : target.called();
    return called == null ? null : called.version();
  }

  @Override
  protected String outcomeWord() {
    return outcome == null ? "" : outcome.word();
  }

  /** The function's name, as OpenTelemetry's conventions have it. */
  @Override
  protected String spanName() {
    FunctionVersion version = function();
    return version == null ? "" : version.function().name().value();
  }

  @Override
  protected void describe(Map<String, Object> attributes) {
    attributes.put(SpanAttributes.TRIGGER, "http");
    FunctionVersion version = function();
    if (version != null) {
      SpanAttributes.add(version, attributes);
    }
    if (outcome != null) {
      attributes.put(SpanAttributes.OUTCOME, outcome.word());
      attributes.put(SpanAttributes.IS_COLD_START, outcome.usage().acquire() == Usage.Acquire.COLD);
    }
  }

  @Override
  protected boolean isTokenNeeded() {
    return !target().isPublic();
  }

  @Override
  protected Reservation reservation(BodyMemory bodies) {
    return bodies.ofFunctions(version().function().tenant());
  }

  @Override
  protected long bodyMax() {
    return version().limits().requestBytes();
  }

  @Override
  protected String bodyTooLarge() {
    return "Function '%s' takes bodies of up to %d bytes. Raise limits.request or send less."
        .formatted(version(), bodyMax());
  }

  /**
   * The call has ended, and holds its response from now on, if there is memory for it, instead of
   * its place and its body. Called on any thread.
   */
  @Override
  public void ended(Outcome ended) {
    try {
      releasePlace(ended.usage());
    } finally { // whatever becomes of the count, the caller is answered
      int bytes = ended instanceof Outcome.Responded responded ? responded.body().length : 0;
      outcome =
          memory().exchange(bytes)
              ? ended
              : new Outcome.Overloaded(
                  "The function ran, but the memory for responses is used up", RETRY_AFTER);
      if (told == null) {
        handover.comeBack(this);
      } else {
        keep(ended);
      }
    }
  }

  /** The call had a key: its caller is answered once that is kept. */
  private void keep(Outcome ended) {
    if (told instanceof KeyedCalls.Told.First(var claimed)) {
      claimed.ended(TellFirstAnswer.kept(this, ended), () -> handover.comeBack(this));
    }
  }

  /** What was found of the call's key. Called on any thread. */
  void claimed(KeyedCalls.Told became) {
    told = became;
    handover.comeBack(this);
  }

  /** Null for a call without a key. */
  KeyedCalls.@Nullable Told told() {
    return told;
  }

  /** What became of it that was to be run later. Called on any thread. */
  void accepted(Acceptance became) {
    releasePlace(Usage.NONE);
    acceptance = became;
    handover.comeBack(this);
  }

  /** Null for a call whose caller waits for its end. */
  @Nullable Acceptance acceptance() {
    return acceptance;
  }

  @Override
  public void giveBack() {
    releasePlace(Usage.NONE);
    if (told instanceof KeyedCalls.Told.First(var claimed)) {
      claimed.dropped();
    }
    super.giveBack();
  }

  private void releasePlace(Usage usage) {
    if (place != null && PLACE_RELEASED.compareAndSet(this, 0, 1)) {
      place.release(usage);
    }
  }
}
