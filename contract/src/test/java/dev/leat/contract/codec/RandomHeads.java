package dev.leat.contract.codec;

import dev.leat.contract.FixedConditions;
import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.Grant;
import dev.leat.contract.Headers;
import dev.leat.contract.HostCalls;
import dev.leat.contract.HttpCall;
import dev.leat.contract.Input;
import dev.leat.contract.Invocation;
import dev.leat.contract.Limits;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.Origin;
import dev.leat.contract.Outcome;
import dev.leat.contract.TenantId;
import dev.leat.contract.Trigger;
import dev.leat.contract.Usage;
import dev.leat.contract.VersionRef;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Heads of every kind, from a seed. The maps name each input and each ending that there is. */
final class RandomHeads {
  static final byte[] NO_BODY = new byte[0];

  private static final List<String> TEXTS =
      List.of("", "a", "/a%20b", "é", "\u0000\r\n", "漢字", "😀", "x".repeat(300));

  private final Random random;

  final Map<Class<? extends Input>, Supplier<Input>> inputs =
      Map.of(
          HttpCall.class,
          () -> new HttpCall(text(), text(), maybe(this::text), headers(), NO_BODY));

  final Map<Class<? extends Outcome>, Supplier<Outcome>> outcomes =
      Map.ofEntries(
          Map.entry(
              Outcome.Responded.class,
              () -> new Outcome.Responded(between(100, 599), headers(), NO_BODY, usage())),
          Map.entry(Outcome.GuestFailed.class, () -> new Outcome.GuestFailed(text(), usage())),
          Map.entry(Outcome.Trapped.class, () -> new Outcome.Trapped(text(), usage())),
          Map.entry(Outcome.StackExhausted.class, () -> new Outcome.StackExhausted(usage())),
          Map.entry(Outcome.TimedOut.class, () -> new Outcome.TimedOut(duration(), usage())),
          Map.entry(
              Outcome.FuelExhausted.class, () -> new Outcome.FuelExhausted(amount(), usage())),
          Map.entry(
              Outcome.MemoryExceeded.class, () -> new Outcome.MemoryExceeded(amount(), usage())),
          Map.entry(
              Outcome.ResponseTooLarge.class,
              () -> new Outcome.ResponseTooLarge(amount(), amount(), usage())),
          Map.entry(Outcome.Cancelled.class, () -> new Outcome.Cancelled(usage())),
          Map.entry(Outcome.Overloaded.class, () -> new Outcome.Overloaded(text(), duration())),
          Map.entry(
              Outcome.StoreUnavailable.class,
              () -> new Outcome.StoreUnavailable(text(), duration())),
          Map.entry(Outcome.Tampered.class, () -> new Outcome.Tampered(text())),
          Map.entry(Outcome.Unrunnable.class, () -> new Outcome.Unrunnable(text(), usage())),
          Map.entry(
              Outcome.WorkerLost.class, () -> new Outcome.WorkerLost(random().nextBoolean())));

  RandomHeads(long seed) {
    this.random = new Random(seed);
  }

  private Random random() {
    return random;
  }

  InvocationHead invocation(Class<? extends Input> kind) {
    return new InvocationHead(
        text(),
        version(),
        one(inputs, kind),
        bodyBytes(),
        origin(),
        Duration.ofNanos((long) (random.nextDouble() * Invocation.TIME_LEFT_MAX.toNanos())),
        maybe(this::conditions));
  }

  OutcomeHead outcome(Class<? extends Outcome> kind) {
    return new OutcomeHead(one(outcomes, kind), kind == Outcome.Responded.class ? bodyBytes() : 0);
  }

  /** A new kind of input or ending needs an entry above. */
  private static <T> T one(Map<Class<? extends T>, Supplier<T>> all, Class<? extends T> kind) {
    Supplier<T> one = all.get(kind);
    if (one == null) {
      throw new AssertionError("There is no example of " + kind);
    }
    return one.get();
  }

  private long bodyBytes() {
    return random.nextInt(4) == 0
        ? HeadLimits.BODY_UNKNOWN
        : random.nextLong(Limits.BODY_BYTES_MAX + 1);
  }

  private VersionRef version() {
    byte[] digest = new byte[32];
    random.nextBytes(digest);
    return new VersionRef(
        new FunctionRef(new TenantId(name()), new FunctionName(name())),
        between(1, Integer.MAX_VALUE - 1),
        new ModuleDigest(HexFormat.of().formatHex(digest)));
  }

  private Origin origin() {
    Trigger[] triggers = Trigger.values();
    return new Origin(
        maybe(this::text),
        maybe(() -> new TenantId(name())),
        triggers[random.nextInt(triggers.length)],
        maybe(this::text),
        between(1, Integer.MAX_VALUE - 1));
  }

  private FixedConditions conditions() {
    return new FixedConditions(
        Instant.ofEpochSecond(random.nextInt(Integer.MAX_VALUE), random.nextInt(1_000_000_000)),
        "seed" + text().length());
  }

  private Usage usage() {
    Usage.Acquire[] ways = Usage.Acquire.values();
    return new Usage(
        amount(),
        amount(),
        amount(),
        ways[random.nextInt(ways.length)],
        amount(),
        amount(),
        amount(),
        amount(),
        amount(),
        hostCalls());
  }

  private HostCalls hostCalls() {
    return new HostCalls(
        Grant.WORDS.stream()
            .sorted()
            .limit(random.nextInt(Grant.WORDS.size() + 1))
            .map(power -> new HostCalls.OfPower(power, amount(), amount(), amount()))
            .toList());
  }

  private Headers headers() {
    Headers.Builder headers = new Headers.Builder();
    for (int i = random.nextInt(20); i > 0; i--) {
      headers.add(text(), text());
    }
    return headers.build();
  }

  private String name() {
    return "n" + Integer.toString(random.nextInt(Integer.MAX_VALUE), 36);
  }

  private String text() {
    return TEXTS.get(random.nextInt(TEXTS.size()));
  }

  private Duration duration() {
    return Duration.ofNanos(amount());
  }

  private long amount() {
    return random.nextLong(Long.MAX_VALUE) >> random.nextInt(63);
  }

  private int between(int min, int max) {
    return min + random.nextInt(max - min + 1);
  }

  private <T> @Nullable T maybe(Supplier<T> value) {
    return random.nextBoolean() ? value.get() : null;
  }
}
