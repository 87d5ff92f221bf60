package dev.leat.tenants.budget;

import dev.leat.tenants.Places;
import dev.leat.tenants.budget.Gateways.Gateway;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Places that the gateways of a cluster have together. Each has its share, and lends what it does
 * not use to one that needs more; a loan is for two seconds, and renewed while it is used. Laws,
 * while all agree on who is there:
 *
 * <ol>
 *   <li>Who lends takes the places away from its own before it says so, and has them back when the
 *       loan has lapsed by its own clock. The borrower counts that from before it asked, so its
 *       loan lapses first: together they never have more than the limit, or one each if that is
 *       more, whatever messages are lost, late, or in another order.
 *   <li>A borrower that is dead or cut off has its loans for two seconds, and its share until the
 *       others take it for lost. One that hears of nobody has its share.
 *   <li>A call that began on a borrowed place keeps it until it ends.
 * </ol>
 *
 * <p>This is what the literature calls a bounded counter, or escrow: rights to a part of a number
 * are handed on, and whoever has a right uses it without asking.
 *
 * <p>All but {@link #enter}, {@link #leave}, {@link #left} and {@link #resize} are for the one
 * thread of the rounds.
 */
final class SharedPlaces implements Places {
  /** How long a loan is good for. */
  static final Duration TERM = Duration.ofSeconds(2);

  /** A loan that is used is asked for anew so often: seven messages may be lost. */
  static final Duration RENEW = Duration.ofMillis(250);

  /** Who has turned somebody away in this time lends nothing new. */
  private static final Duration SHORT = Duration.ofMillis(500);

  /** A lender keeps a free place, so that the first request that comes to it gets in. */
  private static final int KEPT = 1;

  /** What is not used for a second or so is given back: a part of it at each round. */
  private static final int FADE = 16;

  private final String name;
  private final Consumer<SharedPlaces> awake;
  private final LongSupplier nanoTime;
  private final PlaceCount places;
  private final AtomicInteger turnedAway = new AtomicInteger();
  private volatile int limit;

  /** Not used, lent or borrowed: no round changes anything until somebody comes. */
  private volatile boolean rests;

  /** Null while nothing is borrowed. */
  private volatile @Nullable OnLoan onLoan;

  // Of the rounds' thread.
  private int share;
  private int sharedLimit;
  private int peak;
  private boolean hasBeenShort;
  private long shortNanos;
  private boolean hasAsked;
  private long askedNanos;
  private final Map<String, Borrowed> borrowed = new HashMap<>();
  private final Map<String, Lent> lent = new HashMap<>();

  /**
   * @param own the places without the borrowed ones
   * @param untilNanos when the first loan lapses
   */
  private record OnLoan(int own, long untilNanos) {}

  private record Borrowed(Gateway lender, int amount, long askedNanos) {
    long untilNanos() {
      return askedNanos + TERM.toNanos();
    }
  }

  SharedPlaces(
      String name, int limit, Group group, Consumer<SharedPlaces> awake, LongSupplier nanoTime) {
    this.name = name;
    this.awake = awake;
    this.limit = limit;
    this.nanoTime = nanoTime;
    this.sharedLimit = limit;
    this.share = group.share(name, limit);
    this.places = new PlaceCount(share);
  }

  @Override
  public void resize(long to) {
    if (limit != to) {
      limit = (int) to;
      wake();
    }
  }

  @Override
  public boolean enter() {
    endLapsedLoans();
    boolean entered = places.enter();
    if (!entered) {
      turnedAway.incrementAndGet();
    }
    if (rests) {
      wake();
    }
    return entered;
  }

  /** It is to be in the next round. */
  void wake() {
    rests = false;
    awake.accept(this);
  }

  @Override
  public void leave() {
    places.leave();
  }

  @Override
  public long left() {
    endLapsedLoans();
    return places.free();
  }

  /** The next round would, but that may be late: the whole node was paused, maybe. */
  private void endLapsedLoans() {
    OnLoan loans = onLoan;
    if (loans != null && nanoTime.getAsLong() - loans.untilNanos >= 0) {
      places.limit(loans.own);
    }
  }

  int limit() {
    return places.limit();
  }

  String name() {
    return name;
  }

  /** Another wants to have so many of this one's places in all. */
  void asked(Gateway borrower, Report.Ask ask, Report.Draft draft) {
    long now = nanoTime.getAsLong();
    Lent loans = loansOf(borrower);
    int has = loans.amount(now);
    int given = has + lend(Math.max(0, Math.min(ask.amount(), limit) - has), now);
    int amount = Math.min(ask.amount(), given);
    if (amount > 0) {
      loans.add(amount, now + TERM.toNanos());
      wake();
      draft.add(
          new Report.Loan(name, borrower.node(), borrower.incarnation(), amount, ask.askedAt()));
    }
  }

  /**
   * One that was started again has none: before it could, its former claim has lapsed, or ended.
   */
  private Lent loansOf(Gateway borrower) {
    Lent loans = lent.get(borrower.node());
    if (loans == null || loans.incarnation != borrower.incarnation()) {
      loans = new Lent(borrower.incarnation());
      lent.put(borrower.node(), loans);
    }
    return loans;
  }

  private int lend(int more, long now) {
    boolean isShort = hasBeenShort && now - shortNanos < SHORT.toNanos();
    if (isShort || limit != sharedLimit) {
      return 0;
    }
    int free = share - lentOut(now) - Math.max(peak, places.taken()) - KEPT;
    return places.remove(Math.clamp(free, 0, more));
  }

  private int lentOut(long now) {
    return lent.values().stream().mapToInt(loans -> loans.amount(now)).sum();
  }

  /** Another has lent some. */
  void lent(Gateway lender, Report.Loan loan) {
    long now = nanoTime.getAsLong();
    long age = now - loan.askedAt();
    Borrowed before = borrowed.get(lender.node());
    boolean isNewest =
        before == null || !before.lender.equals(lender) || loan.askedAt() - before.askedNanos >= 0;
    if (age >= 0 && age < TERM.toNanos() && isNewest) {
      borrowed.put(
          lender.node(), new Borrowed(lender, Math.min(loan.amount(), limit), loan.askedAt()));
      wake();
    }
  }

  /** Counts what this node has, and asks for what it needs. */
  void round(Group group, Report.Draft draft) {
    long now = group.nanos();
    sharedLimit = limit;
    share = group.share(name, sharedLimit);
    lent.values().removeIf(loans -> loans.amount(now) == 0);
    borrowed
        .values()
        .removeIf(loan -> loan.untilNanos() - now <= 0 || !group.heard().contains(loan.lender));
    int own = Math.max(0, share - lentOut(now));
    int loaned = borrowed.values().stream().mapToInt(Borrowed::amount).sum();
    hold(own, loaned);

    int wanted = Math.min(turnedAway.getAndSet(0), limit);
    if (wanted > 0) {
      hasBeenShort = true;
      shortNanos = now;
    }
    int taken = places.taken();
    peak = Math.max(taken, peak - (peak + FADE - 1) / FADE);
    int needed = peak + wanted - own;
    boolean isDue = !hasAsked || now - askedNanos >= RENEW.toNanos();
    if (needed > 0 && (wanted > 0 || isDue)) {
      hasAsked = true;
      askedNanos = now;
      ask(needed, group, draft);
    }
    boolean isIdle = peak == 0 && lent.isEmpty() && borrowed.isEmpty();
    rests = isIdle;
    if (!isIdle || places.taken() > 0 || turnedAway.get() > 0) {
      wake();
    }
  }

  private void hold(int own, int loaned) {
    onLoan =
        borrowed.values().stream()
            .map(loan -> new OnLoan(own, loan.untilNanos()))
            .reduce((one, other) -> one.untilNanos - other.untilNanos < 0 ? one : other)
            .orElse(null);
    places.limit(own + loaned);
  }

  /** Keeps what others have lent, as far as it is needed, and has all lend of what is missing. */
  private void ask(int needed, Group group, Report.Draft draft) {
    Map<String, Integer> kept = new HashMap<>();
    int missing = needed;
    for (Gateway lender : group.heard()) {
      Borrowed loan = borrowed.get(lender.node());
      int keep = loan == null ? 0 : Math.min(loan.amount, missing);
      kept.put(lender.node(), keep);
      missing -= keep;
    }
    int others = group.heard().size();
    for (Gateway lender : group.heard()) {
      int amount = kept.getOrDefault(lender.node(), 0) + (missing + others - 1) / others;
      if (amount > 0) {
        draft.add(new Report.Ask(name, lender.node(), amount, group.nanos()));
      }
    }
  }

  /** What was lent to one start of a node: the most that it may still have. */
  private static final class Lent {
    private final long incarnation;

    /** Each is for less than the one before, and lapses later. */
    private final Deque<Until> loans = new ArrayDeque<>();

    private record Until(int amount, long nanos) {}

    Lent(long incarnation) {
      this.incarnation = incarnation;
    }

    int amount(long now) {
      while (!loans.isEmpty() && loans.getFirst().nanos - now <= 0) {
        loans.removeFirst();
      }
      return loans.isEmpty() ? 0 : loans.getFirst().amount;
    }

    void add(int amount, long untilNanos) {
      while (!loans.isEmpty() && loans.getLast().amount <= amount) {
        loans.removeLast();
      }
      loans.addLast(new Until(amount, untilNanos));
    }
  }
}
