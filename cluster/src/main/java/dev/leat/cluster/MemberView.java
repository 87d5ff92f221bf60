package dev.leat.cluster;

import dev.leat.contract.MemberState;
import dev.leat.store.Leases.Held;
import dev.leat.store.Leases.Standing;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this node knows of all members, put together from their rows, their claims and hints. Holds
 * no connection and waits for nothing; times are of {@link System#nanoTime()}. Safe for several
 * threads.
 */
final class MemberView {
  private static final Logger LOG = LoggerFactory.getLogger(MemberView.class);

  /**
   * The claims are looked at every second. When that could not be for longer, or the database's
   * clock was put forward, the others may not have renewed theirs yet.
   */
  private static final Duration LONG_SINCE = Duration.ofMillis(2_500);

  /** So long no claim counts as lapsed then. */
  static final Duration GRACE = NodeDirectory.TERM;

  /** After a hint that was wrong, so long hints of that node are not believed. */
  static final Duration DISBELIEF = Duration.ofMinutes(1);

  private final Map<String, Row> rows = new TreeMap<>();
  private final Set<Start> lapsed = new HashSet<>();

  /** Those that had lapsed at the look before the last. */
  private Set<Start> lapsedBefore = Set.of();

  private final Map<Start, Doubt> doubts = new HashMap<>();
  private final Map<Start, Long> disbelievedUntil = new HashMap<>();
  private @Nullable Instant lookedAt;
  private @Nullable Long graceUntil;
  private Member self;
  private volatile List<Member> all;

  MemberView(Member self) {
    this.self = self;
    this.all = List.of(self);
  }

  /** A start of a node. */
  private record Start(String node, long incarnation) {
    static Start of(Member member) {
      return new Start(member.name(), member.incarnation());
    }
  }

  /**
   * @param readAt when the database had given it
   */
  private record Row(Member member, long readAt) {}

  /**
   * A hint that a node is gone.
   *
   * @param heardAt when
   * @param until its claim, when it was looked at for the first time after that
   */
  private record Doubt(long heardAt, Optional<Instant> until) {}

  /** By name; the same list until something changes. */
  List<Member> all() {
    return all;
  }

  synchronized void self(Member member) {
    self = member;
    refresh();
  }

  synchronized void loaded(List<Member> members, long readAt) {
    rows.clear();
    members.forEach(member -> rows.put(member.name(), new Row(member, readAt)));
    refresh();
  }

  /** The row of this name, or that it has none. */
  synchronized void changed(String name, Optional<Member> member, long readAt) {
    member.ifPresentOrElse(
        found -> rows.put(name, new Row(found, readAt)), () -> rows.remove(name));
    refresh();
  }

  /**
   * Takes over the nodes' claims.
   *
   * @param askedAt before the database was asked
   */
  synchronized void looked(Standing standing, long askedAt) {
    if (lookedAt != null && Duration.between(lookedAt, standing.now()).compareTo(LONG_SINCE) > 0) {
      graceUntil = askedAt + GRACE.toNanos();
    }
    lookedAt = standing.now();
    if (graceUntil != null && askedAt - graceUntil >= 0) {
      graceUntil = null;
    }
    lapsedBefore = Set.copyOf(lapsed);
    Map<String, Held> claims = byName(standing);
    for (Row row : rows.values()) {
      Start start = Start.of(row.member);
      if (row.readAt - askedAt >= 0) {
        continue; // it may have come after its claim was looked for
      }
      Optional<Held> claim =
          Optional.ofNullable(claims.get(NodeDirectory.CLAIM + start.node()))
              .filter(held -> held.fence() == start.incarnation())
              .filter(held -> held.until().isAfter(standing.now()));
      if (claim.isPresent()) {
        lapsed.remove(start);
        believeOrNot(start, claim.get().until(), askedAt);
      } else if (graceUntil == null) {
        lapsed.add(start);
      }
    }
    refresh();
  }

  /** A claim that was renewed after its node was said to be gone shows that it lives. */
  private void believeOrNot(Start start, Instant until, long askedAt) {
    Doubt doubt = doubts.get(start);
    if (doubt == null || doubt.heardAt - askedAt >= 0) {
      return;
    }
    if (doubt.until.isEmpty()) {
      doubts.put(start, new Doubt(doubt.heardAt, Optional.of(until)));
    } else if (!doubt.until.get().equals(until)) {
      doubts.remove(start);
      disbelievedUntil.put(start, askedAt + DISBELIEF.toNanos());
    }
  }

  private static Map<String, Held> byName(Standing standing) {
    return standing.leases().stream().collect(Collectors.toMap(Held::name, Function.identity()));
  }

  /**
   * Those whose claim lapsed so long ago that it is not shown any more. Not at the first look,
   * which may be the moment in which the database is back and nobody has renewed yet.
   */
  synchronized List<Member> forgettable(Standing standing) {
    Map<String, Held> claims = byName(standing);
    return all.stream()
        .filter(member ->
            lapsed.contains(Start.of(member))
                && lapsedBefore.contains(Start.of(member))
                && !claims.containsKey(NodeDirectory.CLAIM + member.name()))
        .toList();
  }

  synchronized void left(String node, long incarnation, long heardAt) {
    Start start = new Start(node, incarnation);
    Long disbelieved = disbelievedUntil.get(start);
    if (isKnown(start) && (disbelieved == null || heardAt - disbelieved >= 0)) {
      doubts.putIfAbsent(start, new Doubt(heardAt, Optional.empty()));
      refresh();
    }
  }

  synchronized void heard(String node, long incarnation) {
    if (doubts.remove(new Start(node, incarnation)) != null) {
      refresh();
    }
  }

  private boolean isKnown(Start start) {
    Row row = rows.get(start.node());
    return row != null && Start.of(row.member).equals(start) && !start.node().equals(self.name());
  }

  private void refresh() {
    Set<Start> known =
        rows.values().stream().map(row -> Start.of(row.member)).collect(Collectors.toSet());
    lapsed.retainAll(known);
    doubts.keySet().retainAll(known);
    disbelievedUntil.keySet().retainAll(known);
    Map<String, Member> members = new TreeMap<>();
    rows.forEach((name, row) -> members.put(name, asKnown(row.member)));
    members.put(self.name(), self);
    List<Member> now = List.copyOf(members.values());
    if (!now.equals(all)) {
      tell(all, now);
      all = now;
    }
  }

  private Member asKnown(Member member) {
    Start start = Start.of(member);
    return lapsed.contains(start) || doubts.containsKey(start)
        ? member.withState(MemberState.LOST)
        : member;
  }

  private void tell(List<Member> before, List<Member> now) {
    Map<String, Member> earlier =
        before.stream().collect(Collectors.toMap(Member::name, Function.identity()));
    for (Member member : now) {
      Member was = earlier.remove(member.name());
      if (was == null
          || was.state() != member.state()
          || was.incarnation() != member.incarnation()) {
        LOG.info(
            "A node of the cluster is {} name={} incarnation={} address={}",
            member.state().word(),
            member.name(),
            member.incarnation(),
            member.address());
      }
    }
    earlier
        .values()
        .forEach(gone -> LOG.info("A node of the cluster is gone name={}", gone.name()));
  }
}
