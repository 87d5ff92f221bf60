package dev.leat.scheduler.http;

import dev.leat.cluster.Member;
import dev.leat.contract.Excerpt;
import dev.leat.contract.Invocation;
import dev.leat.contract.MemberState;
import dev.leat.contract.Outcome;
import dev.leat.contract.trace.Tracing;
import dev.leat.scheduler.Load;
import dev.leat.scheduler.WorkerNode;
import dev.leat.scheduler.WorkerReport;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Another node's worker. A call goes by the line of the event loop that it is made on, so that no
 * thread hands it to another; else by whichever is there. Safe for several threads.
 */
final class RemoteWorker implements WorkerNode {
  private static final Logger LOG = LoggerFactory.getLogger(RemoteWorker.class);

  /** So much of another node's words is kept. */
  static final int TROUBLE_CHARS_MAX = 200;

  private static final Load UNKNOWN = Load.idle(1);

  private final Member member;
  private final Tracing tracing;
  private final List<Line> lines;
  private final AtomicInteger inFlight = new AtomicInteger();
  private final AtomicInteger sentSince = new AtomicInteger();
  private volatile MemberState state;
  private volatile Load load = UNKNOWN;
  private volatile boolean saysReady;
  private volatile String trouble = "";
  private volatile @Nullable WorkerReport report;

  RemoteWorker(Member member, List<PeerLoop> loops, Tracing tracing) {
    this.member = member;
    this.tracing = tracing;
    this.state = member.state();
    this.lines = loops.stream().map(loop -> new Line(loop, this)).toList();
  }

  void start() {
    lines.forEach(Line::start);
  }

  /** It is gone: ends all calls to it. */
  void close(String why) {
    saysReady = false;
    lines.forEach(line -> line.close(why));
  }

  @Override
  public void invoke(Invocation invocation, Callback callback) {
    String trace = invocation.origin().trace();
    if (trace != null && tracing.records(trace)) {
      TracedCall traced = new TracedCall(tracing, trace, node(), callback);
      send(invocation.within(traced.context()), traced);
    } else {
      send(invocation, callback);
    }
  }

  private void send(Invocation invocation, Callback callback) {
    inFlight.incrementAndGet();
    sentSince.incrementAndGet();
    SentCall call = new SentCall(this, invocation, callback);
    Line line = line();
    if (line == null) {
      call.refused(new Outcome.WorkerLost(false));
    } else {
      line.send(call);
    }
  }

  private @Nullable Line line() {
    Line other = null;
    int first = (int) (Thread.currentThread().threadId() % lines.size());
    for (int i = 0; i < lines.size(); i++) {
      Line line = lines.get((first + i) % lines.size());
      if (line.isFresh()) {
        if (line.isHere()) {
          return line;
        }
        other = other == null ? line : other;
      }
    }
    return other;
  }

  void ended() {
    inFlight.decrementAndGet();
  }

  /** The calls that have not ended. */
  int inFlight() {
    return inFlight.get();
  }

  @Override
  public String node() {
    return member.name();
  }

  Member member() {
    return member;
  }

  /** What the directory says of it now. */
  void state(MemberState now) {
    state = now;
    if (now == MemberState.LOST) {
      lines.forEach(Line::suspect);
    }
  }

  @Override
  public boolean isLocal() {
    return false;
  }

  @Override
  public boolean isReady() {
    return saysReady && state == MemberState.READY && line() != null;
  }

  @Override
  public Load load() {
    Load said = load;
    int mine = Math.max(said.inFlight() + sentSince.get(), inFlight.get());
    return new Load(said.running(), mine - said.running(), said.capacity());
  }

  /** It said how much it has to do, with an answer. */
  void reported(Load now) {
    load = now;
    sentSince.set(0);
  }

  void reported(WorkerReport now) {
    reported(now.load());
    report = now;
    saysReady = now.isReady();
    if (!trouble.isEmpty()) {
      trouble = "";
      LOG.info("Another node answers again node={}", node());
    }
  }

  /**
   * Something keeps it from being used, which is to be expected while it joins. Said once, however
   * many connections find it.
   */
  void trouble(String words) {
    String now = Excerpt.of(words, TROUBLE_CHARS_MAX);
    if (!now.equals(trouble)) {
      trouble = now;
      LOG.atLevel(state == MemberState.JOINING ? Level.INFO : Level.WARN)
          .log("Another node is not to be used just now node={} because={}", node(), now);
    }
  }

  /** Why it was not to be used; "" once it is. */
  String trouble() {
    return trouble;
  }

  /** It does not speak with this node. */
  void refused() {
    saysReady = false;
  }

  /** What it said last, while it is there. */
  Optional<WorkerReport> report() {
    return line() == null ? Optional.empty() : Optional.ofNullable(report);
  }

  @Override
  public String toString() {
    return "RemoteWorker[" + member.name() + "]";
  }
}
