package dev.leat.worker.guest;

import dev.leat.contract.Headers;
import dev.leat.contract.HttpCall;
import dev.leat.contract.Invocation;
import dev.leat.contract.Outcome;
import dev.leat.contract.Usage;
import dev.leat.contract.permission.PermissionType;
import dev.leat.engine.GuestInstance;
import dev.leat.engine.GuestStopped;
import dev.leat.worker.capability.LentPowers;
import dev.leat.worker.capability.clock.GuestClock;
import dev.leat.worker.capability.logging.GuestLog;
import dev.leat.worker.capability.logging.InstanceLog;
import dev.leat.worker.wasi.WasiProcess;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One call in progress: what its host functions read and write. Confined to the guest's thread. */
final class Running implements WasiProcess.Owner {
  private static final int OUTPUT_HEADERS_MAX = 16_384;

  private final Invocation invocation;
  private final LentPowers lent;
  private final GuestInstance instance;
  private final Usage.Acquire acquire;
  private final long initFuel;
  private final long queueNanos;
  private final long loadNanos;
  private final long acquireNanos;
  private final long startedNanos;
  private final CpuTime time;
  private final ResponseHeaders responseHeaders = new ResponseHeaders();
  private int responseStatus = 200;
  private @Nullable String failure;
  private @Nullable WasiProcess process;
  private @Nullable StepContext context;
  private final ByteArrayOutputStream standardOutput = new ByteArrayOutputStream(0);
  private final ByteArrayOutputStream errorLine = new ByteArrayOutputStream(0);

  Running(
      Invocation invocation,
      LentPowers lent,
      GuestInstance instance,
      Usage.Acquire acquire,
      long initFuel,
      long queueNanos,
      long loadNanos,
      long acquireNanos,
      long startedNanos,
      CpuTime time) {
    this.invocation = invocation;
    this.lent = lent;
    this.instance = instance;
    this.acquire = acquire;
    this.initFuel = initFuel;
    this.queueNanos = queueNanos;
    this.loadNanos = loadNanos;
    this.acquireNanos = acquireNanos;
    this.startedNanos = startedNanos;
    this.time = time;
  }

  /** The call that this instance is running; a host function outside of one traps. */
  static Running on(GuestInstance instance) {
    if (instance.attachment() instanceof Running running) {
      return running;
    }
    throw GuestStopped.trapped("a host function was called outside of a request");
  }

  Invocation invocation() {
    return invocation;
  }

  /** The call as guests see it: a request, whatever they were called with. */
  HttpCall call() {
    return call(invocation);
  }

  static HttpCall call(Invocation invocation) {
    return switch (invocation.input()) {
      case HttpCall call -> call;
    };
  }

  void respondWith(int status) {
    if (status < 200 || status > 599) {
      throw GuestStopped.trapped("the response status must be 200-599, was " + status);
    }
    responseStatus = status;
  }

  void respondWith(String name, String value) {
    responseHeaders.add(name, value);
  }

  int responseStatus() {
    return responseStatus;
  }

  Headers responseHeaders() {
    return responseHeaders.build();
  }

  /** A step begins. */
  void begin(StepContext context) {
    this.context = context;
  }

  /** The step's context; null where none runs. */
  @Nullable StepContext context() {
    return context;
  }

  void fail(String message) {
    failure = message;
  }

  String failureOr(String otherwise) {
    return Objects.requireNonNullElse(failure, otherwise);
  }

  /**
   * A trap with what the guest said before it, as a panic handler does; other endings as they are.
   */
  Outcome inItsWords(Outcome ending) {
    return ending instanceof Outcome.Trapped(String reason, Usage usage) && failure != null
        ? new Outcome.Trapped(reason + ", after it said: " + failure, usage)
        : ending;
  }

  @Override
  public WasiProcess process() {
    WasiProcess started = process;
    if (started == null) {
      started =
          new WasiProcess(
              List.of(invocation.target().function().name().value()),
              CgiEnvironment.of(invocation),
              invocation.input().body(),
              this::writeOutput,
              this::writeErrors,
              lent.find(GuestClock.class).orElseThrow());
      process = started;
    }
    return started;
  }

  /** What the guest wrote to standard output. */
  byte[] standardOutput() {
    return standardOutput.toByteArray();
  }

  private void writeOutput(byte[] bytes) {
    long limit = invocation.target().limits().responseBytes() + OUTPUT_HEADERS_MAX;
    if (standardOutput.size() + (long) bytes.length > limit) {
      throw GuestStopped.trapped("standard output exceeds " + limit + " bytes");
    }
    standardOutput.writeBytes(bytes);
  }

  /** Each line becomes a log line. */
  private void writeErrors(byte[] bytes) {
    for (byte b : bytes) {
      if (b == '\n') {
        logErrorLine();
      } else if (errorLine.size() < GuestLog.TEXT_MAX) {
        errorLine.write(b);
      }
    }
  }

  /** Logs what the guest wrote to standard error without ending the line. */
  void endLog() {
    logErrorLine();
  }

  private void logErrorLine() {
    if (errorLine.size() > 0) {
      String line = errorLine.toString(StandardCharsets.UTF_8);
      lent.find(InstanceLog.class)
          .ifPresentOrElse(
              log -> log.line(GuestLog.Level.WARN, line),
              () -> lent.permits().allows(PermissionType.LOGGING, GuestLog.Level.WARN.word()));
      errorLine.reset();
    }
  }

  Usage usage() {
    long nowNanos = System.nanoTime();
    return new Usage(
        instance.fuelUsed(),
        initFuel,
        instance.peakMemoryBytes(),
        acquire,
        queueNanos,
        loadNanos,
        acquireNanos,
        nowNanos - startedNanos,
        time.usedNanos(nowNanos),
        lent.hostCalls());
  }
}
