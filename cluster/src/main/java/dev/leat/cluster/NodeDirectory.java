package dev.leat.cluster;

import dev.leat.contract.Change;
import dev.leat.contract.MemberState;
import dev.leat.store.ChangeFeed;
import dev.leat.store.LeaseLost;
import dev.leat.store.Leases;
import dev.leat.store.Leases.Held;
import dev.leat.store.Leases.Lease;
import dev.leat.store.Leases.Standing;
import dev.leat.store.StoreFailure;
import dev.leat.store.WakeUp;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps this node's claim to its name and its row, and knows those of the others. The claim is a
 * lease, its fencing number this node's incarnation. While the database is away nothing is written,
 * and nothing that was known changes, but by hints: this node goes on, since nobody else can take
 * its name either.
 *
 * <p>One thread talks to the database, every second; another calls listeners, so that they hear of
 * a hint while the first waits.
 */
public final class NodeDirectory
    implements Members, MemberHints, ChangeFeed.Subscriber, AutoCloseable {
  /** Begins the names of the leases by which nodes claim theirs. */
  static final String CLAIM = "node/";

  /** A node that did not renew its claim for so long is lost. */
  static final Duration TERM = Duration.ofSeconds(5);

  /** Four renewals may fail before a claim lapses. */
  static final Duration EVERY = Duration.ofSeconds(1);

  /** A claim that is not renewed lapses within this time. */
  static final Duration LAPSE_PATIENCE = TERM.plusSeconds(1);

  /** Clocks further from the database's than this are worth an operator's look. */
  static final Duration SKEW_WARNED = Duration.ofSeconds(30);

  /** A skew that moved by less is not written: each write is announced to all nodes. */
  static final Duration SKEW_STEP = Duration.ofSeconds(1);

  /** The lease under which the rows of lost nodes are deleted. */
  private static final String FORGETTING = "members";

  private static final Logger LOG = LoggerFactory.getLogger(NodeDirectory.class);
  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);

  private final Leases leases;
  private final NodeStore store;
  private final WakeUp wakeUp;
  private final Clock clock;
  private final Runnable replaced;
  private final String holder;
  private final MemberView view;
  private final List<Consumer<List<Member>>> listeners = new CopyOnWriteArrayList<>();
  private final Thread renewing =
      Thread.ofPlatform().daemon().name("members").unstarted(this::renew);
  private final Thread telling =
      Thread.ofPlatform().daemon().name("members-tell").unstarted(this::tell);

  /** Held while the database is asked on behalf of this node's own claim and row. */
  private final ReentrantLock turn = new ReentrantLock();

  /** With the turn. */
  private @Nullable Lease claim;

  private boolean failing;
  private boolean warnedOfSkew;

  /** What the database has of this node, as far as is known; null when that must be written. */
  private volatile @Nullable Member written;

  private volatile Member self;
  private volatile boolean ended;
  private volatile boolean isReplaced;

  /**
   * @param self this node, which has claimed nothing yet
   * @param wakeUp tells the others of what was written
   * @param clock this machine's
   * @param replaced called once, on a thread of the directory's, when another node has the name:
   *     this one must stop
   */
  public NodeDirectory(
      Leases leases, NodeStore store, WakeUp wakeUp, Member self, Clock clock, Runnable replaced) {
    this.leases = leases;
    this.store = store;
    this.wakeUp = wakeUp;
    this.self = self.withState(MemberState.JOINING);
    this.clock = clock;
    this.replaced = replaced;
    this.holder = self.name() + "#" + UUID.randomUUID();
    this.view = new MemberView(this.self);
  }

  /**
   * Claims this node's name, and writes its row, as joining. Blocks: for six seconds when a node of
   * this name was killed just now. Throws {@link StoreFailure} as well.
   *
   * @throws ClusterRefused if another node of this name lives
   */
  public void claim() throws ClusterRefused {
    turn.lock();
    try {
      Lease taken = claimOrWait();
      claim = taken;
      update(member -> member.withIncarnation(taken.fence()));
      save(taken);
    } finally {
      turn.unlock();
    }
  }

  private Lease claimOrWait() throws ClusterRefused {
    long deadline = System.nanoTime() + LAPSE_PATIENCE.toNanos();
    Optional<Held> first = Optional.empty();
    while (true) {
      Optional<Lease> taken = leases.take(nameOfClaim(), holder, TERM);
      if (taken.isPresent()) {
        return taken.get();
      }
      Optional<Held> other = heldByOther();
      boolean lives = first.isPresent() && other.isPresent() && !other.equals(first);
      if (lives || System.nanoTime() - deadline > 0) {
        throw refused();
      }
      if (first.isEmpty() && other.isPresent()) {
        first = other;
        LOG.info(
            "Another node has the name of this one, or was killed just now; waiting for its claim to"
                + " lapse name={} seconds={}",
            self.name(),
            LAPSE_PATIENCE.toSeconds());
      }
      LockSupport.parkNanos(POLL.toNanos());
    }
  }

  private Optional<Held> heldByOther() {
    return leases.standing(nameOfClaim()).leases().stream()
        .filter(held -> held.name().equals(nameOfClaim()))
        .findFirst();
  }

  private ClusterRefused refused() {
    String address = store.find(self.name()).map(Member::address).orElse("an unknown address");
    return new ClusterRefused(
        "A node named '%s' is in the cluster already, at %s. Give this one another --name, or stop that one first."
            .formatted(self.name(), address));
  }

  /** Begins to renew the claim, and to call listeners. To be called after {@link #claim}. */
  public void start() {
    renewing.start();
    telling.start();
  }

  /** Says of this node what state it is in. Does not wait until it is written. */
  public void say(MemberState state) {
    update(member -> member.withState(state));
    LockSupport.unpark(renewing);
  }

  /** Says where this node answers HTTP. Does not wait until it is written. */
  public void sayAddress(String address) {
    update(member -> member.withAddress(address));
    LockSupport.unpark(renewing);
  }

  /** Says where this node listens for others. Does not wait until it is written. */
  public void sayClusterPort(int port) {
    update(member -> member.withClusterPort(port));
    LockSupport.unpark(renewing);
  }

  /** Says where this node's Hazelcast member listens. Does not wait until it is written. */
  public void sayMemberPort(int port) {
    update(member -> member.withMemberPort(port));
    LockSupport.unpark(renewing);
  }

  @Override
  public Member self() {
    return self;
  }

  @Override
  public List<Member> all() {
    return view.all();
  }

  @Override
  public void onChange(Consumer<List<Member>> listener) {
    listeners.add(listener);
  }

  @Override
  public void left(String node, long incarnation) {
    view.left(node, incarnation, System.nanoTime());
    LockSupport.unpark(telling);
  }

  @Override
  public void heard(String node, long incarnation) {
    view.heard(node, incarnation);
    LockSupport.unpark(telling);
  }

  @Override
  public void load() {
    List<Member> members = store.all();
    view.loaded(members, System.nanoTime());
    long askedAt = System.nanoTime();
    view.looked(leases.standing(CLAIM), askedAt); // else the lost would count as there until a beat
    if (members.stream().noneMatch(member -> member.name().equals(self.name()))) {
      written = null;
    }
    LockSupport.unpark(telling);
  }

  @Override
  public void changed(Change change) {
    if (change instanceof Change.MemberChanged(String node)) {
      Optional<Member> member = store.find(node);
      view.changed(node, member, System.nanoTime());
      if (node.equals(self.name()) && !member.equals(Optional.of(self))) {
        written = null; // somebody else wrote or deleted it: the claim tells whether that may be
        LockSupport.unpark(renewing);
      }
      LockSupport.unpark(telling);
    }
  }

  private void renew() {
    while (!ended) {
      beat();
      if (isReplaced) {
        replaced.run();
        return;
      }
      if (!ended) {
        LockSupport.parkNanos(EVERY.toNanos());
      }
    }
  }

  /** Renews the claim, looks at those of others, and writes what is to be written. */
  void beat() {
    turn.lock();
    try {
      if (isReplaced || !renewClaim()) {
        return;
      }
      Standing standing = look();
      Lease held = claim;
      if (held != null && !self.equals(written)) {
        save(held);
      }
      forgetLost(view.forgettable(standing));
      if (failing) {
        failing = false;
        LOG.info("This node's place in the cluster is renewed again");
      }
    } catch (StoreFailure | LeaseLost e) {
      failedTo(e);
    } catch (RuntimeException | Error e) {
      LOG.error("Renewing this node's place in the cluster failed; it is tried again", e);
    } finally {
      turn.unlock();
    }
    LockSupport.unpark(telling);
  }

  /** False if another has taken the name, be it that it has left again. */
  private boolean renewClaim() {
    Optional<Lease> renewed = leases.take(nameOfClaim(), holder, TERM);
    if (renewed.isPresent() && renewed.get().fence() == self.incarnation()) {
      claim = renewed.get();
      return true;
    }
    LOG.error(
        "Another node has taken the name of this one, which was away for too long; this one stops"
            + " name={} incarnation={}",
        self.name(),
        self.incarnation());
    isReplaced = true;
    renewed.ifPresent(leases::release);
    return false;
  }

  private Standing look() {
    Instant before = clock.instant();
    long askedAt = System.nanoTime();
    Standing standing = leases.standing(CLAIM);
    Duration took = Duration.ofNanos(System.nanoTime() - askedAt);
    if (took.compareTo(SKEW_STEP) < 0) {
      measured(Duration.between(standing.now(), before.plus(took.dividedBy(2))));
    }
    view.looked(standing, askedAt);
    return standing;
  }

  /** Takes over by how much this machine's clock is ahead of the database's. */
  private void measured(Duration skew) {
    if (skew.minus(self.skew()).abs().compareTo(SKEW_STEP) > 0) {
      Duration written = Duration.ofMillis(skew.toMillis());
      update(member -> member.withSkew(written));
    }
    boolean isFar = skew.abs().compareTo(SKEW_WARNED) > 0;
    if (isFar && !warnedOfSkew) {
      LOG.warn(
          "The clock of this machine and the database's are apart; tokens and certificates may be"
              + " refused. Synchronise them ahead={} allowed={}",
          skew,
          SKEW_WARNED);
    } else if (!isFar && warnedOfSkew) {
      LOG.info("The clock of this machine agrees with the database's again ahead={}", skew);
    }
    warnedOfSkew = isFar;
  }

  private void save(Lease held) {
    Member saying = self;
    store.save(held, saying);
    written = saying;
    wakeUp.others();
  }

  private void forgetLost(List<Member> lost) {
    if (lost.isEmpty()) {
      return;
    }
    Optional<Lease> forgetting = leases.take(FORGETTING, holder, TERM);
    if (forgetting.isPresent()) {
      lost.forEach(member -> store.remove(forgetting.get(), member.name(), member.incarnation()));
      leases.release(forgetting.get());
    }
  }

  private void failedTo(RuntimeException failure) {
    if (!failing) {
      failing = true;
      LOG.warn(
          "This node's place in the cluster cannot be renewed just now; it goes on, and tries again"
              + " every second",
          failure);
    }
  }

  private synchronized void update(UnaryOperator<Member> change) {
    self = change.apply(self);
    view.self(self);
    LockSupport.unpark(telling);
  }

  private void tell() {
    List<Member> told = List.of();
    while (!ended) {
      List<Member> now = view.all();
      if (now.equals(told)) {
        LockSupport.park();
      } else {
        told = now;
        listeners.forEach(listener -> tell(listener, now));
      }
    }
  }

  private static void tell(Consumer<List<Member>> listener, List<Member> members) {
    try {
      listener.accept(members);
    } catch (RuntimeException | Error e) {
      LOG.error("Telling of a change among the members failed", e);
    }
  }

  /** Leaves the cluster: deletes this node's row and gives its name back, if they are its own. */
  @Override
  public void close() {
    ended = true;
    LockSupport.unpark(renewing);
    LockSupport.unpark(telling);
    end(renewing);
    end(telling);
    turn.lock();
    try {
      Lease held = claim;
      if (held != null && !isReplaced && renewClaim()) {
        store.remove(held, self.name(), held.fence());
        leases.release(held);
        wakeUp.others();
      }
      claim = null;
    } catch (StoreFailure | LeaseLost e) {
      LOG.warn("This node could not say that it leaves; the others take it for lost", e);
    } finally {
      turn.unlock();
    }
  }

  /** Not by an interrupt, which H2's files do not bear. */
  private static void end(Thread thread) {
    try {
      if (thread.isAlive()
          && !thread.equals(Thread.currentThread())
          && !thread.join(CLOSE_PATIENCE)) {
        LOG.warn("A thread of the directory did not end in time name={}", thread.getName());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private String nameOfClaim() {
    return CLAIM + self.name();
  }
}
