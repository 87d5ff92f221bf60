package dev.leat.tenants.budget;

import dev.leat.contract.FunctionRef;
import dev.leat.contract.TenantId;
import dev.leat.tenants.Meters;
import dev.leat.tenants.Places;
import dev.leat.tenants.QuotaScope;
import dev.leat.tenants.Rate;
import dev.leat.tenants.RateKind;
import dev.leat.tenants.RateLimit;
import dev.leat.tenants.budget.Gateways.Gateway;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The budgets that the gateways of a cluster hold together. Forty times a second a thread takes in
 * what the others said, settles every budget, and says to all what was spent, asked and lent here;
 * requests never wait for that. Others that are not heard of, be it all of them, are taken to spend
 * their share, so each gateway by itself holds its share.
 */
public final class ClusterBudgets implements Meters, AutoCloseable {
  static final Duration ROUND = Duration.ofMillis(25);

  /** Who has nothing to say says that so often. */
  static final Duration HEARTBEAT = Duration.ofMillis(250);

  /** Who says nothing for so long is not heard of. */
  static final Duration SILENCE = Duration.ofSeconds(1);

  /** Messages that wait for a round: of 100 gateways. At 60 KB each it is 6 MB. */
  static final int INBOX_MAX = 100;

  private static final Logger LOG = LoggerFactory.getLogger(ClusterBudgets.class);
  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(1);

  /** By which its reports are told apart from those of other budgets. */
  private final int format;

  private final Gateways gateways;
  private final Consumer<byte[]> others;
  private final LongSupplier nanoTime;
  private final long startedNanos;
  private final Map<String, SharedRate> rates = new ConcurrentHashMap<>();
  private final Map<String, SharedPlaces> places = new ConcurrentHashMap<>();

  /** What is to be in the next round; most names are not, for most of the time. */
  private final Set<SharedRate> awakeRates = ConcurrentHashMap.newKeySet();

  private final Set<SharedPlaces> awakePlaces = ConcurrentHashMap.newKeySet();
  private final BlockingQueue<Message> inbox = new LinkedBlockingQueue<>(INBOX_MAX);
  private final Thread thread = Thread.ofPlatform().daemon().name("budgets").unstarted(this::run);
  private volatile boolean closed;

  /** Of the last round. */
  private volatile @Nullable Group before;

  // Of the rounds' thread.
  private final Map<String, Peer> peers = new HashMap<>();
  private final Set<SharedRate> unreported = new LinkedHashSet<>();
  private boolean hasSaid;
  private long saidNanos;
  private int silent;
  private boolean hasFailed;

  private record Message(String node, long incarnation, byte[] report) {}

  /**
   * @param others tells all other gateways; a message may be lost
   * @param nanoTime a clock that never steps, as {@link System#nanoTime} is
   */
  public ClusterBudgets(Gateways gateways, Consumer<byte[]> others, LongSupplier nanoTime) {
    this(Report.OF_REQUESTS, gateways, others, nanoTime);
  }

  private ClusterBudgets(
      int format, Gateways gateways, Consumer<byte[]> others, LongSupplier nanoTime) {
    this.format = format;
    this.gateways = gateways;
    this.others = others;
    this.nanoTime = nanoTime;
    this.startedNanos = nanoTime.getAsLong();
  }

  /** Those of what functions send, held by the nodes that run them; else the same. */
  public static ClusterBudgets outbound(
      Gateways nodes, Consumer<byte[]> others, LongSupplier nanoTime) {
    return new ClusterBudgets(Report.OF_OUTBOUND, nodes, others, nanoTime);
  }

  public void start() {
    thread.start();
  }

  /**
   * Another gateway has said this; what is of other budgets is left out. Never blocks; what there
   * is no room for is left out.
   */
  public void heard(String node, long incarnation, byte[] report) {
    if (report.length > 0 && report[0] == format) {
      inbox.offer(new Message(node, incarnation, report));
    }
  }

  @Override
  public Rate rate(QuotaScope whose, RateKind kind, RateLimit limit) {
    SharedRate rate =
        rates.computeIfAbsent(
            name(whose) + kind.suffix(),
            name -> new SharedRate(name, limit, tokens(limit), awakeRates::add, nanoTime));
    rate.change(limit);
    rate.wake();
    return rate;
  }

  /**
   * What a rate begins with: this node's share of what comes in its time, or since the node was
   * started, if that is less. What was spent before, maybe before all were started again, is not
   * known.
   */
  private long tokens(RateLimit limit) {
    Group known = before;
    Group group = known == null ? group(List.of()) : known;
    long period = limit.per().toNanos();
    long elapsed = Math.min(period, nanoTime.getAsLong() - startedNanos);
    long come = (long) ((double) Math.min(limit.tokens(), limit.burst()) * elapsed / period);
    return come == 0 ? 0 : Math.max(1, come / group.spenders());
  }

  @Override
  public void endRate(QuotaScope whose, RateKind kind) {
    rates.remove(name(whose) + kind.suffix());
  }

  @Override
  public Places places(QuotaScope whose, long limit) {
    SharedPlaces those =
        places.computeIfAbsent(
            name(whose),
            name ->
                new SharedPlaces(name, (int) limit, group(List.of()), awakePlaces::add, nanoTime));
    those.resize(limit);
    those.wake();
    return those;
  }

  @Override
  public void endPlaces(QuotaScope whose) {
    places.remove(name(whose));
  }

  /** Neither a tenant's name nor a function's has a slash or a space. */
  private static String name(QuotaScope whose) {
    return switch (whose) {
      case QuotaScope.OfTenant(TenantId tenant) -> tenant.value();
      case QuotaScope.OfFunction(FunctionRef function) ->
          function.tenant().value() + "/" + function.name().value();
      case QuotaScope.EveryTenant() ->
          throw new IllegalArgumentException("A default is no budget: each tenant has its own");
    };
  }

  /** How many names have a rate, or places. */
  int size() {
    return rates.size() + places.size();
  }

  private void run() {
    while (!closed) {
      try {
        round();
        hasFailed = false;
      } catch (RuntimeException | Error e) {
        if (!hasFailed) {
          LOG.error("Settling the budgets of the cluster failed; it is tried again", e);
        }
        hasFailed = true;
      }
      LockSupport.parkNanos(ROUND.toNanos());
    }
  }

  void round() {
    Report.Draft draft = new Report.Draft(format);
    hear(draft);
    Group group = group(listening());
    if (!group.isLike(before)) {
      saySilence(group.silent());
      rates.values().forEach(SharedRate::wake);
      places.values().forEach(SharedPlaces::wake);
    }
    before = group;
    settle(group, draft);
    report(group, draft);
  }

  @SuppressWarnings("ReferenceEquality") // what has ended may have a successor of its name
  private void settle(Group group, Report.Draft draft) {
    for (SharedRate rate : List.copyOf(awakeRates)) {
      awakeRates.remove(rate); // until it says that it is to be in the next
      if (rates.get(rate.name()) == rate) {
        rate.round(group);
        if (rate.isUnreported()) {
          unreported.add(rate);
        }
      }
    }
    for (SharedPlaces those : List.copyOf(awakePlaces)) {
      awakePlaces.remove(those);
      if (places.get(those.name()) == those) {
        those.round(group, draft);
      }
    }
  }

  private void hear(Report.Draft draft) {
    List<Message> messages = new ArrayList<>();
    inbox.drainTo(messages);
    for (Message message : messages) {
      Peer peer = peer(message);
      if (peer != null) {
        try {
          hear(peer, Report.read(message.report), draft);
        } catch (IllegalArgumentException e) {
          LOG.debug("A gateway's report cannot be read node={}", message.node, e);
        }
      }
    }
  }

  /** Who says this, unless it is none of the gateways that are there. */
  private @Nullable Peer peer(Message message) {
    long now = nanoTime.getAsLong();
    for (Gateway gateway : gateways.all()) {
      if (gateway.node().equals(message.node)
          && gateway.incarnation() == message.incarnation
          && !gateway.node().equals(gateways.self().node())) {
        Peer peer = peers.get(message.node);
        if (peer == null || !peer.isStill(gateway, now)) {
          if (peer != null) {
            peer.goes();
          }
          peer = new Peer(gateway, now);
          peers.put(message.node, peer);
        }
        peer.heard(now);
        return peer;
      }
    }
    return null;
  }

  private void hear(Peer peer, Report report, Report.Draft draft) {
    for (Report.Spent spent : report.spent()) {
      SharedRate rate = rates.get(spent.name());
      if (rate != null) {
        rate.heard(peer, spent);
      }
    }
    Gateway self = gateways.self();
    for (Report.Loan loan : report.loans()) {
      SharedPlaces those = places.get(loan.name());
      if (those != null
          && loan.borrower().equals(self.node())
          && loan.incarnation() == self.incarnation()) {
        those.lent(peer.gateway(), loan);
      }
    }
    for (Report.Ask ask : report.asks()) {
      SharedPlaces those = places.get(ask.name());
      if (those != null && ask.lender().equals(self.node())) {
        those.asked(peer.gateway(), ask, draft);
      }
    }
  }

  /** The others that are heard; forgets those that are not any more. */
  private List<Gateway> listening() {
    long now = nanoTime.getAsLong();
    List<Gateway> all = gateways.all();
    List<Gateway> heard = new ArrayList<>();
    for (Iterator<Peer> each = peers.values().iterator(); each.hasNext(); ) {
      Peer peer = each.next();
      if (all.stream().anyMatch(gateway -> peer.isStill(gateway, now))) {
        heard.add(peer.gateway());
      } else {
        peer.goes();
        each.remove();
      }
    }
    return heard;
  }

  private Group group(List<Gateway> heard) {
    List<Gateway> all = gateways.all();
    String self = gateways.self().node();
    int index = 0;
    int silent = 0;
    for (int i = 0; i < all.size(); i++) {
      Gateway gateway = all.get(i);
      if (gateway.node().equals(self)) {
        index = i;
      } else if (gateway.serves()
          && heard.stream().noneMatch(one -> one.node().equals(gateway.node()))) {
        silent++;
      }
    }
    return new Group(nanoTime.getAsLong(), Math.max(1, all.size()), index, heard, silent);
  }

  private void saySilence(int now) {
    if (now > silent) {
      LOG.warn(
          "Some gateways are not heard of; this one holds its share of the quotas without them"
              + " count={}",
          now);
    } else if (now == 0 && silent > 0) {
      LOG.info("All gateways are heard of; they hold the quotas together");
    }
    silent = now;
  }

  private void report(Group group, Report.Draft draft) {
    long now = group.nanos();
    for (Iterator<SharedRate> each = unreported.iterator(); each.hasNext(); ) {
      if (!each.next().report(draft, now)) {
        break;
      }
      each.remove();
    }
    boolean isDue = !hasSaid || now - saidNanos >= HEARTBEAT.toNanos();
    if (group.size() > 1 && (!draft.isEmpty() || isDue)) {
      hasSaid = true;
      saidNanos = now;
      others.accept(draft.end());
    }
  }

  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
    try {
      if (thread.isAlive() && !thread.join(CLOSE_PATIENCE)) {
        LOG.warn("The budgets' thread did not end in time");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
