package dev.leat.contract.codec;

import dev.leat.contract.HostCalls;
import dev.leat.contract.Outcome;
import dev.leat.contract.Usage;
import java.util.ArrayList;
import java.util.List;

/**
 * All of an ending but its body: what another node answers first.
 *
 * @param outcome a response with an empty body, or another ending
 * @param bodyBytes how long the response's body is, or {@link HeadLimits#BODY_UNKNOWN}; 0 for other
 *     endings
 */
public record OutcomeHead(Outcome outcome, long bodyBytes) {
  private static final byte[] NO_BODY = new byte[0];
  private static final int STATUS_MIN = 100;
  private static final int STATUS_MAX = 599;

  public OutcomeHead {
    HeadLimits.checkedBody(bodyBytes);
    if (bodyBytes != 0 && !(outcome instanceof Outcome.Responded)) {
      throw new IllegalArgumentException("Only a response has a body, not " + outcome.word());
    }
  }

  /** The head of an ending whose whole body goes with it. */
  public static OutcomeHead of(Outcome outcome) {
    return outcome instanceof Outcome.Responded responded
        ? new OutcomeHead(with(responded, NO_BODY), responded.body().length)
        : new OutcomeHead(outcome, 0);
  }

  /** The ending with the body that came. */
  public Outcome outcome(byte[] body) {
    byte[] whole = HeadLimits.checkedBody(body, bodyBytes);
    return outcome instanceof Outcome.Responded responded ? with(responded, whole) : outcome;
  }

  private static Outcome with(Outcome.Responded responded, byte[] body) {
    return new Outcome.Responded(responded.status(), responded.headers(), body, responded.usage());
  }

  /**
   * The head in bytes.
   *
   * @throws HeadRefused if it is larger than heads may be, which no guest can cause
   */
  public byte[] encode() {
    HeadWriter head = new HeadWriter(HeadForm.OUTCOME);
    encode(outcome, head);
    return head.longNumber(bodyBytes).head();
  }

  /**
   * Reads what {@link #encode} wrote.
   *
   * @throws HeadRefused if it is anything else
   */
  public static OutcomeHead decode(byte[] head) {
    return HeadReader.read(
        head,
        HeadForm.OUTCOME,
        parts -> new OutcomeHead(decode(parts.octet(), parts), parts.longNumber()));
  }

  /** The numbers of endings, which never change their meaning, are those of {@link #decode}. */
  private static void encode(Outcome outcome, HeadWriter head) {
    switch (outcome) {
      case Outcome.Responded it ->
          encode(it.usage(), head.octet(1).number(it.status()).headers(it.headers()));
      case Outcome.GuestFailed it -> encode(it.usage(), head.octet(2).error(it.message()));
      case Outcome.Trapped it -> encode(it.usage(), head.octet(3).error(it.reason()));
      case Outcome.StackExhausted it -> encode(it.usage(), head.octet(4));
      case Outcome.TimedOut it -> encode(it.usage(), head.octet(5).duration(it.limit()));
      case Outcome.FuelExhausted it -> encode(it.usage(), head.octet(6).amount(it.limit()));
      case Outcome.MemoryExceeded it -> encode(it.usage(), head.octet(7).amount(it.limitBytes()));
      case Outcome.ResponseTooLarge it ->
          encode(it.usage(), head.octet(8).amount(it.bytes()).amount(it.limitBytes()));
      case Outcome.Cancelled it -> encode(it.usage(), head.octet(9));
      case Outcome.Overloaded it -> head.octet(10).error(it.reason()).duration(it.retryAfter());
      case Outcome.Unrunnable it -> encode(it.usage(), head.octet(11).error(it.reason()));
      case Outcome.WorkerLost it -> head.octet(12).flag(it.started());
      case Outcome.StoreUnavailable it ->
          head.octet(13).error(it.reason()).duration(it.retryAfter());
      case Outcome.Tampered it -> head.octet(14).error(it.reason());
    }
  }

  private static Outcome decode(int ending, HeadReader head) {
    return switch (ending) {
      case 1 -> new Outcome.Responded(status(head), head.headers(), NO_BODY, usage(head));
      case 2 -> new Outcome.GuestFailed(head.error(), usage(head));
      case 3 -> new Outcome.Trapped(head.error(), usage(head));
      case 4 -> new Outcome.StackExhausted(usage(head));
      case 5 -> new Outcome.TimedOut(head.duration(), usage(head));
      case 6 -> new Outcome.FuelExhausted(head.amount(), usage(head));
      case 7 -> new Outcome.MemoryExceeded(head.amount(), usage(head));
      case 8 -> new Outcome.ResponseTooLarge(head.amount(), head.amount(), usage(head));
      case 9 -> new Outcome.Cancelled(usage(head));
      case 10 -> new Outcome.Overloaded(head.error(), head.duration());
      case 11 -> new Outcome.Unrunnable(head.error(), usage(head));
      case 12 -> new Outcome.WorkerLost(head.flag());
      case 13 -> new Outcome.StoreUnavailable(head.error(), head.duration());
      case 14 -> new Outcome.Tampered(head.error());
      default -> throw HeadReader.unknown("ending", ending);
    };
  }

  private static int status(HeadReader head) {
    int status = head.number();
    if (status < STATUS_MIN || status > STATUS_MAX) {
      throw new IllegalArgumentException("A status must be 100-599, was " + status);
    }
    return status;
  }

  private static void encode(Usage usage, HeadWriter head) {
    head.amount(usage.fuel())
        .amount(usage.initFuel())
        .amount(usage.peakMemoryBytes())
        .octet(number(usage.acquire()))
        .amount(usage.queueNanos())
        .amount(usage.loadNanos())
        .amount(usage.acquireNanos())
        .amount(usage.execNanos())
        .amount(usage.cpuNanos());
    encode(usage.hostCalls(), head);
  }

  private static void encode(HostCalls calls, HeadWriter head) {
    head.octet(calls.powers().size());
    for (HostCalls.OfPower of : calls.powers()) {
      head.text(of.power()).amount(of.calls()).amount(of.nanos()).amount(of.bytes());
    }
  }

  private static HostCalls hostCalls(HeadReader head) {
    int count = head.octet();
    if (count == 0) {
      return HostCalls.NONE;
    }
    List<HostCalls.OfPower> powers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      powers.add(new HostCalls.OfPower(head.text(), head.amount(), head.amount(), head.amount()));
    }
    return new HostCalls(powers);
  }

  private static Usage usage(HeadReader head) {
    return new Usage(
        head.amount(),
        head.amount(),
        head.amount(),
        acquire(head.octet()),
        head.amount(),
        head.amount(),
        head.amount(),
        head.amount(),
        head.amount(),
        hostCalls(head));
  }

  private static int number(Usage.Acquire acquire) {
    return switch (acquire) {
      case NONE -> 0;
      case WARM -> 1;
      case RESET -> 2;
      case COLD -> 3;
    };
  }

  private static Usage.Acquire acquire(int number) {
    return switch (number) {
      case 0 -> Usage.Acquire.NONE;
      case 1 -> Usage.Acquire.WARM;
      case 2 -> Usage.Acquire.RESET;
      case 3 -> Usage.Acquire.COLD;
      default -> throw HeadReader.unknown("way to an instance", number);
    };
  }
}
