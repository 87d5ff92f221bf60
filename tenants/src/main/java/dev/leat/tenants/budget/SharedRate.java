package dev.leat.tenants.budget;

import dev.leat.tenants.NanoMeter;
import dev.leat.tenants.Rate;
import dev.leat.tenants.RateLimit;
import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.BandwidthBuilder.BandwidthBuilderBuildStage;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.TokensInheritanceStrategy;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * A rate that the gateways of a cluster hold together. Each has a bucket of the whole, and takes
 * from it what it spends and what the others say they spent. Requests do not ask the bucket: each
 * round sets aside a part of what is in it, and they take from that.
 *
 * <p>Between two rounds all may spend what they have set aside, which together is what there was,
 * or one each if that is more. What was spent too much, since somebody did not know yet, is a debt
 * of the bucket's: nobody sets anything aside until it is paid. So in any time that is long against
 * a round, no more is let in than the rate and the burst allow.
 *
 * <p>All but the methods of {@link Rate} and {@link #change} are for the one thread of the rounds.
 */
final class SharedRate implements Rate {
  /**
   * The bucket is at least so deep, in time: else what flows in between the rounds in which it is
   * set aside would overflow.
   */
  static final Duration DEPTH_MIN = Duration.ofMillis(200);

  /** Who has spent something in this time may do so again. */
  static final Duration ACTIVE = Duration.ofSeconds(1);

  /** The longest debt, in depths of the bucket: in honest use it is below one. */
  private static final int DEBT_MAX = 2;

  private final String name;
  private final Bucket bucket;
  private final AtomicLong left = new AtomicLong();
  private final Consumer<SharedRate> awake;
  private volatile RateLimit limit;

  /** Full, and nobody has spent lately: no round changes anything until somebody does. */
  private volatile boolean rests;

  // Of the rounds' thread.
  private long granted;
  private boolean hasRested = true;
  private long roundNanos;
  private double owed;
  private long spentByOthers;
  private long total;
  private long reported;
  private long reportedNanos;
  private boolean hasReported;
  private final Map<String, Seen> seen = new HashMap<>();

  /**
   * What another said.
   *
   * @param activeNanos when it was last heard to spend
   */
  private record Seen(Peer peer, long total, long activeNanos) {}

  /**
   * @param tokens that can be taken at once
   * @param awake told when it is to be in the next round
   */
  SharedRate(
      String name,
      RateLimit limit,
      long tokens,
      Consumer<SharedRate> awake,
      LongSupplier nanoTime) {
    this.name = name;
    this.granted = tokens;
    this.left.set(tokens);
    this.awake = awake;
    this.limit = limit;
    this.bucket =
        Bucket.builder()
            .addLimit(bandwidth(limit).initialTokens(tokens).build())
            .withCustomTimePrecision(new NanoMeter(nanoTime))
            .build();
  }

  @Override
  public void change(RateLimit next) {
    if (!next.equals(limit)) {
      limit = next;
      bucket.replaceConfiguration(
          BucketConfiguration.builder().addLimit(bandwidth(next).build()).build(),
          TokensInheritanceStrategy.AS_IS);
      wake();
    }
  }

  private static BandwidthBuilderBuildStage bandwidth(RateLimit limit) {
    return Bandwidth.builder().capacity(depth(limit)).refillGreedy(limit.tokens(), limit.per());
  }

  private static long depth(RateLimit limit) {
    double least = (double) limit.tokens() * DEPTH_MIN.toNanos() / limit.per().toNanos();
    return Math.max(limit.burst(), (long) Math.ceil(least));
  }

  @Override
  public boolean tryTake() {
    long before;
    do {
      before = left.get();
      if (before <= 0) {
        return false;
      }
    } while (!left.compareAndSet(before, before - 1));
    if (rests) {
      wake();
    }
    return true;
  }

  /** It is to be in the next round. */
  void wake() {
    rests = false;
    awake.accept(this);
  }

  @Override
  public void giveBack() {
    left.incrementAndGet();
  }

  @Override
  public long left() {
    return Math.max(0, left.get());
  }

  @Override
  public long waitNanos() {
    return left.get() > 0
        ? 0
        : Math.max(
            ClusterBudgets.ROUND.toNanos(),
            bucket.estimateAbilityToConsume(1).getNanosToWaitForRefill());
  }

  /** Another has spent. */
  void heard(Peer peer, Report.Spent said) {
    Seen before = seen.get(peer.node());
    // Of one that was not heard for a while its share has been taken already; one that ended its
    // budget of this name and began another counts from 0.
    long more =
        before != null && before.peer == peer && said.total() >= before.total
            ? said.total() - before.total
            : said.more();
    if (more > 0) {
      spentByOthers = Math.min(debtMax(), spentByOthers + Math.min(debtMax(), more));
      seen.put(peer.node(), new Seen(peer, said.total(), peer.heardNanos()));
      wake();
    }
  }

  /** Settles what was spent, and sets aside what may be until the next round. */
  void round(Group group) {
    if (hasRested) {
      roundNanos = group.nanos();
    }
    long before = left.get();
    long spent = Math.max(0, granted - before);
    total += spent;
    spend(spent + spentByOthers + spentBySilent(group));
    spentByOthers = 0;
    seen.values().removeIf(one -> one.peer.isGone());
    spend(bucket.getAvailableTokens() - group.partOfThoseTogether(depth(limit)));
    long available = bucket.getAvailableTokens();
    granted = toSetAside(available, spent, group);
    left.addAndGet(granted - before); // what is taken meanwhile stays taken
    boolean isFull = available == group.partOfThoseTogether(depth(limit));
    hasRested = isFull && active(group) == 0;
    rests = hasRested;
    if (!hasRested || left.get() != granted) {
      wake();
    }
  }

  /**
   * A part of what there was before this node began to spend what the others may not know of yet,
   * less that: the others have set their parts aside too.
   *
   * @param recently spent by this node since the last round
   */
  private long toSetAside(long available, long recently, Group group) {
    if (available <= 0) {
      return 0;
    }
    long part = part(available + recently, group) - recently;
    return Math.max(recently == 0 ? 1 : 0, part);
  }

  private void spend(long tokens) {
    long some = Math.min(tokens, bucket.getAvailableTokens() + debtMax());
    if (some > 0) {
      bucket.consumeIgnoringRateLimits(some);
    }
  }

  private long debtMax() {
    return DEBT_MAX * depth(limit);
  }

  /** Those that are not heard of hold their share of the rate, so that is what they may spend. */
  private long spentBySilent(Group group) {
    long elapsed = group.nanos() - roundNanos;
    roundNanos = group.nanos();
    if (group.silent() == 0) {
      owed = 0;
      return 0;
    }
    owed +=
        (double) limit.tokens()
            * elapsed
            / limit.per().toNanos()
            * group.silent()
            / group.spenders();
    long whole = (long) owed;
    owed -= whole;
    return whole;
  }

  /**
   * Equal parts while nobody has spent, or three quarters of all do. Else those that do have three
   * quarters, and the others one: the first of many requests that come to one of them find
   * something, and it has more as soon as the others know. Who begins to spend counts itself only
   * when it has said so.
   */
  private long part(long whole, Group group) {
    int active = active(group);
    int idle = group.together() - active;
    if (active == 0 || 4 * idle <= group.together()) {
      return whole / group.together();
    }
    return isActive(group) ? whole * 3 / 4 / active : whole / 4 / idle;
  }

  private boolean isActive(Group group) {
    return hasReported && group.nanos() - reportedNanos < ACTIVE.toNanos();
  }

  private int active(Group group) {
    int active = isActive(group) ? 1 : 0;
    for (Seen one : seen.values()) {
      if (group.nanos() - one.activeNanos < ACTIVE.toNanos()) {
        active++;
      }
    }
    return active;
  }

  String name() {
    return name;
  }

  boolean isUnreported() {
    return total != reported;
  }

  /** What is to be told, if anything is; false if there is no room for it. */
  boolean report(Report.Draft draft, long nanos) {
    if (!draft.add(new Report.Spent(name, total, total - reported))) {
      return false;
    }
    reported = total;
    reportedNanos = nanos;
    hasReported = true;
    return true;
  }
}
