package dev.leat.registry.canary;

import dev.leat.contract.Excerpt;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.HttpCall;
import dev.leat.contract.Input;
import dev.leat.contract.Outcome;
import dev.leat.contract.Usage;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Counts what the calls of one canary, and those that it is compared with, come to on this node. It
 * takes about 16 KiB, whoever calls. Safe for all threads; nobody waits for more than a few
 * instructions of another.
 */
public final class Sampling {
  private static final String AFTER_IT_SAID = ", after it said: "; // what follows is the guest's

  private final FunctionRef function;
  private final int rollout;
  private final int version;
  private final Arm canary = new Arm();
  private final Arm control = new Arm();
  private final SameInputs inputs = new SameInputs();
  private final NavigableSet<String> alarms = new ConcurrentSkipListSet<>();

  /**
   * @param rollout tells it from other rollouts of the function
   * @param version the canary
   */
  public Sampling(FunctionRef function, int rollout, int version) {
    this.function = function;
    this.rollout = rollout;
    this.version = version;
  }

  int version() {
    return version;
  }

  FunctionRef function() {
    return function;
  }

  int rollout() {
    return rollout;
  }

  /** Where calls to the canary are counted; beside the slice that is compared, or in it. */
  public Tally canary(boolean isCompared) {
    return new Tally(true, isCompared);
  }

  /** Likewise, calls to the old version. */
  public Tally control(boolean isCompared) {
    return new Tally(false, isCompared);
  }

  /** The canary did what must not happen at all. */
  void alarm(String what) {
    if (alarms.size() < CanaryFigures.ALARMS_MAX) {
      alarms.add(Excerpt.of(what));
    }
  }

  /**
   * In one call of a version requests went to this host.
   *
   * @param number the version's
   */
  void called(int number, String host) {
    (number == version ? canary : control).called(Excerpt.of(host));
  }

  /** All that was counted so far. What ends just now may be in it in part. */
  CanaryFigures figures() {
    return new CanaryFigures(canary.figures(), control.figures(), inputs.pairs(), alarms);
  }

  /** Where the calls are counted that one part of the traffic gets. */
  public final class Tally {
    private final boolean isCanary;
    private final boolean isCompared;

    private Tally(boolean isCanary, boolean isCompared) {
      this.isCanary = isCanary;
      this.isCompared = isCompared;
    }

    /** Whether its calls are compared with the other version's. */
    public boolean isCompared() {
      return isCompared;
    }

    /** A call has ended. What is not the version's doing is not counted. */
    public void ended(Input input, Outcome outcome) {
      Ending ending = Ending.of(outcome);
      if (ending == Ending.NOT_ITS_DOING) {
        return;
      }
      Arm arm = isCanary ? canary : control;
      if (ending == Ending.STOPPED) {
        arm.stopped(kind(outcome));
      }
      if (isCanary && outcome instanceof Outcome.Tampered(String reason)) {
        alarm(new Alarm.AlteredModule(reason).text());
      }
      if (!isCompared) {
        arm.others.increment();
        return;
      }
      arm.ended(ending != Ending.GOOD, outcome.usage());
      if (ending == Ending.GOOD && input instanceof HttpCall call) {
        inputs.ended(call, isCanary, outcome.usage().fuel());
      }
    }
  }

  /** What an outcome says of the version. */
  private enum Ending {
    GOOD,
    FAILED,
    STOPPED,
    NOT_ITS_DOING;

    static Ending of(Outcome outcome) {
      return switch (outcome) {
        case Outcome.Responded responded -> responded.status() >= 500 ? FAILED : GOOD;
        case Outcome.GuestFailed failed -> FAILED;
        case Outcome.ResponseTooLarge large -> FAILED;
        case Outcome.Trapped trapped -> STOPPED;
        case Outcome.StackExhausted exhausted -> STOPPED;
        case Outcome.TimedOut late -> STOPPED;
        case Outcome.FuelExhausted exhausted -> STOPPED;
        case Outcome.MemoryExceeded exceeded -> STOPPED;
        case Outcome.Unrunnable unrunnable -> STOPPED;
        case Outcome.Tampered tampered -> STOPPED;
        // Its caller left, perhaps because it took too long: so it counts for the latency.
        case Outcome.Cancelled cancelled ->
            cancelled.usage().acquire() == Usage.Acquire.NONE ? NOT_ITS_DOING : GOOD;
        case Outcome.Overloaded overloaded -> NOT_ITS_DOING;
        case Outcome.StoreUnavailable away -> NOT_ITS_DOING;
        case Outcome.WorkerLost lost -> NOT_ITS_DOING;
      };
    }
  }

  /**
   * The word, and of a trap which one; numbers in it and what the guest said make no difference.
   */
  private static String kind(Outcome outcome) {
    if (!(outcome instanceof Outcome.Trapped(String reason, Usage usage))) {
      return outcome.word();
    }
    int said = reason.indexOf(AFTER_IT_SAID);
    String engines = said < 0 ? reason : reason.substring(0, said);
    return outcome.word() + ": " + Excerpt.of(engines.replaceAll("[0-9]+", "N"));
  }

  /** What one version's calls came to. */
  private static final class Arm {
    private final LongAdder calls = new LongAdder();
    private final LongAdder errors = new LongAdder();
    private final LongAdder others = new LongAdder();
    private final AtomicLongArray micros = new AtomicLongArray(Spread.BUCKETS);
    private final AtomicLongArray fuel = new AtomicLongArray(Spread.BUCKETS);
    private final Map<String, LongAdder> stops = new ConcurrentHashMap<>();
    private final Map<String, LongAdder> hosts = new ConcurrentHashMap<>();

    void ended(boolean isError, Usage usage) {
      calls.increment();
      if (isError) {
        errors.increment();
      }
      if (usage.acquire() != Usage.Acquire.NONE) {
        micros.incrementAndGet(Spread.bucket(usage.execNanos() / 1_000));
        fuel.incrementAndGet(Spread.bucket(usage.fuel()));
      }
    }

    void stopped(String kind) {
      count(stops, kind, ArmFigures.KINDS_MAX);
    }

    void called(String host) {
      count(hosts, host, ArmFigures.HOSTS_MAX);
    }

    private static void count(Map<String, LongAdder> counts, String kind, int most) {
      boolean isKnown = counts.containsKey(kind) || counts.size() < most;
      counts
          .computeIfAbsent(isKnown ? kind : ArmFigures.OTHER_KINDS, first -> new LongAdder())
          .increment();
    }

    ArmFigures figures() {
      return new ArmFigures(
          calls.sum(),
          errors.sum(),
          spread(micros),
          spread(fuel),
          others.sum(),
          sums(stops),
          sums(hosts));
    }

    private static Map<String, Long> sums(Map<String, LongAdder> counts) {
      Map<String, Long> sums = new TreeMap<>();
      counts.forEach((kind, count) -> sums.put(kind, count.sum()));
      return sums;
    }

    private static Spread spread(AtomicLongArray counted) {
      long[] counts = new long[Spread.BUCKETS];
      for (int i = 0; i < counts.length; i++) {
        counts[i] = counted.get(i);
      }
      return Spread.of(counts);
    }
  }

  /**
   * Finds calls of both versions with the same input: what a call used waits for one of the other
   * version until another input takes its place. Headers, in which each request has something of
   * its own, make no difference.
   */
  private static final class SameInputs {
    private static final int PLACES = 256;

    /** Larger ones are not looked at: reading one takes 16 us at most. */
    private static final int BODY_BYTES_MAX = 16 * 1_024;

    // Guarded by this.
    private final long[] keys = new long[PLACES];
    private final long[] used = new long[PLACES];
    private final @Nullable Waiting[] waiting = new @Nullable Waiting[PLACES];
    private FuelPairs pairs = FuelPairs.NONE;

    void ended(HttpCall call, boolean isCanary, long fuel) {
      if (call.body().length > BODY_BYTES_MAX) {
        return;
      }
      Waiting own = isCanary ? Waiting.CANARY : Waiting.CONTROL;
      long key = key(call);
      int place = (int) (key >>> 56);
      synchronized (this) {
        if (keys[place] == key && waiting[place] == own.other()) {
          waiting[place] = Waiting.NOBODY;
          pairs =
              pairs.plus(
                  isCanary ? FuelPairs.of(fuel, used[place]) : FuelPairs.of(used[place], fuel));
        } else {
          keys[place] = key;
          used[place] = fuel;
          waiting[place] = own;
        }
      }
    }

    synchronized FuelPairs pairs() {
      return pairs;
    }

    private static long key(HttpCall call) {
      long head = Objects.hash(call.method(), call.path(), call.query());
      long key = head * 0x9E3779B97F4A7C15L;
      for (byte b : call.body()) {
        key = (key ^ b) * 0x100000001B3L;
      }
      key = (key ^ (key >>> 30)) * 0xBF58476D1CE4E5B9L;
      return key ^ (key >>> 27);
    }

    private enum Waiting {
      CANARY,
      CONTROL,
      NOBODY;

      Waiting other() {
        return this == CANARY ? CONTROL : CANARY;
      }
    }
  }
}
