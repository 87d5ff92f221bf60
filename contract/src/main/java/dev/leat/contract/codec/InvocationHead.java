package dev.leat.contract.codec;

import dev.leat.contract.Cancellation;
import dev.leat.contract.FixedConditions;
import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.HttpCall;
import dev.leat.contract.Input;
import dev.leat.contract.Invocation;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.Origin;
import dev.leat.contract.TenantId;
import dev.leat.contract.Trigger;
import dev.leat.contract.VersionRef;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * All of an invocation but its body: what is sent to another node first. Whoever receives it finds
 * the version among its own, and thereby knows how much of a body to take, before that comes. A
 * version that it does not know was perhaps deployed a moment ago: the invocation then ends there
 * as {@link dev.leat.contract.Outcome.Overloaded}, as nothing ran.
 *
 * <p>A cancellation is no part of it: it is told to the other node when it comes.
 *
 * @param version names the version for the other node
 * @param input with an empty body
 * @param bodyBytes how long the body is, or {@link HeadLimits#BODY_UNKNOWN}
 * @param timeLeft until the deadline when this was written: nodes share no clock, so what the way
 *     takes is not counted. At most {@link Invocation#TIME_LEFT_MAX}
 */
public record InvocationHead(
    String id,
    VersionRef version,
    Input input,
    long bodyBytes,
    Origin origin,
    Duration timeLeft,
    @Nullable FixedConditions fixed) {
  private static final byte[] NO_BODY = new byte[0];
  private static final int DIGEST_BYTES = 32;
  private static final long NANOS_MAX = 999_999_999;

  public InvocationHead {
    HeadLimits.checkedBody(bodyBytes);
    if (timeLeft.isNegative() || timeLeft.compareTo(Invocation.TIME_LEFT_MAX) > 0) {
      throw new IllegalArgumentException(
          "The time left must be at most " + Invocation.TIME_LEFT_MAX + ", was " + timeLeft);
    }
  }

  /** The head of an invocation whose whole body goes with it. */
  public static InvocationHead of(Invocation invocation, long nowNanos) {
    long max = Invocation.TIME_LEFT_MAX.toNanos();
    return new InvocationHead(
        invocation.id(),
        invocation.target().ref(),
        invocation.input().withBody(NO_BODY),
        invocation.input().body().length,
        invocation.origin(),
        Duration.ofNanos(Math.clamp(invocation.nanosLeft(nowNanos), 0, max)),
        invocation.fixed());
  }

  /**
   * The invocation as it goes on here.
   *
   * @param target what {@link #version} names
   * @param nowNanos a point of {@link System#nanoTime()}, from which the time left counts
   */
  public Invocation invocation(
      FunctionVersion target, byte[] body, long nowNanos, Cancellation cancellation) {
    if (!target.ref().equals(version)) {
      throw new IllegalArgumentException(
          "The version must be " + version + " of the module named, was " + target);
    }
    return new Invocation(
        id,
        target,
        input.withBody(HeadLimits.checkedBody(body, bodyBytes)),
        origin,
        nowNanos + timeLeft.toNanos(),
        fixed,
        cancellation);
  }

  /**
   * The head in bytes.
   *
   * @throws HeadRefused if it is larger than heads may be, which no request is
   */
  public byte[] encode() {
    HeadWriter head = new HeadWriter(HeadForm.INVOCATION).text(id);
    encode(version, head);
    encode(input, head);
    head.longNumber(bodyBytes);
    encode(origin, head);
    head.duration(timeLeft).flag(fixed != null);
    if (fixed != null) {
      Instant time = fixed.time();
      head.amount(time.getEpochSecond()).number(time.getNano()).text(fixed.seed());
    }
    return head.head();
  }

  /**
   * Reads what {@link #encode} wrote.
   *
   * @throws HeadRefused if it is anything else
   */
  public static InvocationHead decode(byte[] head) {
    return HeadReader.read(
        head,
        HeadForm.INVOCATION,
        parts ->
            new InvocationHead(
                parts.text(),
                version(parts),
                input(parts),
                parts.longNumber(),
                origin(parts),
                parts.duration(),
                parts.flag() ? fixed(parts) : null));
  }

  private static void encode(VersionRef version, HeadWriter head) {
    head.text(version.function().tenant().value())
        .text(version.function().name().value())
        .number(version.number())
        .bytes(HexFormat.of().parseHex(version.module().hex()));
  }

  private static VersionRef version(HeadReader head) {
    FunctionRef function =
        new FunctionRef(new TenantId(head.text()), new FunctionName(head.text()));
    int number = head.number();
    String digest = HexFormat.of().formatHex(head.bytes(DIGEST_BYTES));
    return new VersionRef(function, number, new ModuleDigest(digest));
  }

  private static void encode(Input input, HeadWriter head) {
    switch (input) {
      case HttpCall call ->
          head.octet(1)
              .text(call.method())
              .text(call.path())
              .textOrNull(call.query())
              .headers(call.headers());
    }
  }

  private static Input input(HeadReader head) {
    int kind = head.octet();
    return switch (kind) {
      case 1 -> new HttpCall(head.text(), head.text(), head.textOrNull(), head.headers(), NO_BODY);
      default -> throw HeadReader.unknown("input", kind);
    };
  }

  private static void encode(Origin origin, HeadWriter head) {
    TenantId tenant = origin.tenant();
    head.textOrNull(origin.caller())
        .textOrNull(tenant == null ? null : tenant.value())
        .octet(number(origin.trigger()))
        .textOrNull(origin.trace())
        .number(origin.attempt());
  }

  private static Origin origin(HeadReader head) {
    String caller = head.textOrNull();
    String tenant = head.textOrNull();
    return new Origin(
        caller,
        tenant == null ? null : new TenantId(tenant),
        trigger(head.octet()),
        head.textOrNull(),
        head.number());
  }

  private static int number(Trigger trigger) {
    return switch (trigger) {
      case HTTP -> 1;
      case SCHEDULE -> 2;
    };
  }

  private static Trigger trigger(int number) {
    return switch (number) {
      case 1 -> Trigger.HTTP;
      case 2 -> Trigger.SCHEDULE;
      default -> throw HeadReader.unknown("trigger", number);
    };
  }

  private static FixedConditions fixed(HeadReader head) {
    long seconds = head.amount();
    int nanos = head.number();
    if (seconds > Instant.MAX.getEpochSecond() || nanos < 0 || nanos > NANOS_MAX) {
      throw new IllegalArgumentException("A time must be seconds and less than a second of nanos");
    }
    return new FixedConditions(Instant.ofEpochSecond(seconds, nanos), head.text());
  }
}
