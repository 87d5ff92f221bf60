package dev.leat.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.MemberState;
import dev.leat.contract.NodeRole;
import dev.leat.store.Leases.Held;
import dev.leat.store.Leases.Standing;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class MemberViewTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private final MemberView view = new MemberView(node("self", 1));

  /** Of this JVM, in seconds; the database's clock goes as fast, but where a test puts it. */
  private long second = 1;

  private Duration databaseAhead = Duration.ZERO;

  @Test
  void self_isAlwaysThere_asItSaysNow() {
    view.self(node("self", 1).withState(MemberState.DRAINING));
    row("self", 1);

    assertThat(state("self")).isEqualTo(MemberState.DRAINING);
    assertThat(view.all()).hasSize(1);
  }

  @Test
  void claimThatLapsed_isLost_andRenewed_isBack() {
    row("b", 7);
    look(claim("b", 7, 5));
    assertThat(state("b")).isEqualTo(MemberState.READY);

    look(claim("b", 7, 0));
    assertThat(state("b")).isEqualTo(MemberState.LOST);
    look();
    assertThat(state("b")).isEqualTo(MemberState.LOST);

    look(claim("b", 7, 5));
    assertThat(state("b")).isEqualTo(MemberState.READY);
  }

  @Test
  void nothingNew_theSameList() {
    row("b", 7);
    look(claim("b", 7, 5));
    List<Member> before = view.all();

    look(claim("b", 7, 5));
    row("b", 7);

    assertThat(view.all()).isSameAs(before);
  }

  @Test
  void anotherStartHasTheClaim_theRowIsOfOneThatIsLost() {
    row("b", 7);
    look(claim("b", 8, 5));
    assertThat(state("b")).isEqualTo(MemberState.LOST);

    row("b", 8);
    assertThat(state("b")).isEqualTo(MemberState.READY);
  }

  @Test
  void rowThatCameWhileClaimsWereRead_isNotLost() {
    look();
    view.changed("b", Optional.of(node("b", 7)), nanos());
    view.looked(standing(), nanos());
    assertThat(state("b")).isEqualTo(MemberState.READY);

    look();
    assertThat(state("b")).isEqualTo(MemberState.LOST);
  }

  /** While the database was away nobody could renew. */
  @Test
  void notLookedForLong_lapsedCountsOnlyAfterAWhile() {
    row("b", 7);
    row("c", 9);
    look(claim("b", 7, 5), claim("c", 9, 5));
    second += 30;

    look(claim("b", 7, -25), claim("c", 9, -25));
    look(claim("b", 7, 5), claim("c", 9, -26));
    assertThat(state("b")).isEqualTo(MemberState.READY);
    assertThat(state("c")).isEqualTo(MemberState.READY);

    for (int i = 0; i < MemberView.GRACE.toSeconds(); i++) {
      look(claim("b", 7, 5), claim("c", 9, -27));
    }
    assertThat(state("b")).isEqualTo(MemberState.READY);
    assertThat(state("c")).isEqualTo(MemberState.LOST);
  }

  @Test
  void databasesClockPutForward_isNoReasonToLoseAll() {
    row("b", 7);
    look(claim("b", 7, 5));
    databaseAhead = Duration.ofHours(1);

    look(claim("b", 7, -3_595));

    assertThat(state("b")).isEqualTo(MemberState.READY);
  }

  @Test
  void whoWasLost_staysSoWhileTheDatabaseIsAway() {
    row("b", 7);
    look(claim("b", 7, 5));
    look(claim("b", 7, 0));
    second += 30;

    look(claim("b", 7, -30));

    assertThat(state("b")).isEqualTo(MemberState.LOST);
  }

  @Test
  void hint_isLostAtOnce_untilARenewalShowsThatItLives() {
    row("b", 7);
    look(claim("b", 7, 5));

    left("b", 7);
    assertThat(state("b")).isEqualTo(MemberState.LOST);
    look(claim("b", 7, 4)); // it may have renewed that before
    assertThat(state("b")).isEqualTo(MemberState.LOST);
    look(claim("b", 7, 5));
    assertThat(state("b")).isEqualTo(MemberState.READY);
  }

  @Test
  void hint_whileClaimsWereRead_countsWhatWasReadForNothing() {
    row("b", 7);
    look(claim("b", 7, 5));
    long askedAt = nanos();
    Standing standing = standing(claim("b", 7, 4));
    view.left("b", 7, askedAt + 1);
    view.looked(standing, askedAt);

    look(claim("b", 7, 4.5));

    assertThat(state("b")).isEqualTo(MemberState.LOST);
  }

  @Test
  void hintThatWasTrue_staysLost() {
    row("b", 7);
    Instant until = now().plusSeconds(5);
    for (int i = 0; i < 20; i++) {
      look(new Held("node/b", "b", 7, until));
      left("b", 7);
      assertThat(state("b")).isEqualTo(MemberState.LOST);
    }
  }

  @Test
  void hintThatWasWrong_hintsAreNotBelievedForAWhile() {
    row("b", 7);
    look(claim("b", 7, 5));
    left("b", 7);
    look(claim("b", 7, 5));
    look(claim("b", 7, 5));

    left("b", 7);
    assertThat(state("b")).isEqualTo(MemberState.READY);

    for (int i = 0; i <= MemberView.DISBELIEF.toSeconds(); i++) {
      look(claim("b", 7, 5));
    }
    left("b", 7);
    assertThat(state("b")).isEqualTo(MemberState.LOST);
  }

  @Test
  void hint_takenBack_isAsTheDatabaseSays() {
    row("b", 7);
    row("c", 9);
    look(claim("b", 7, 5), claim("c", 9, 0));
    left("b", 7);
    left("c", 9);

    view.heard("b", 7);
    view.heard("c", 9);

    assertThat(state("b")).isEqualTo(MemberState.READY);
    assertThat(state("c")).isEqualTo(MemberState.LOST);
  }

  @Test
  void hintOfWhoIsNotKnown_orOfItself_isNothing() {
    row("b", 7);
    row("self", 1);
    look(claim("b", 7, 5));
    List<Member> before = view.all();

    left("b", 6);
    left("b", 8);
    left("stranger", 1);
    left("self", 1);

    assertThat(view.all()).isSameAs(before);
  }

  @Test
  void newStart_isNotLostByAHintOfTheOld() {
    row("b", 7);
    look(claim("b", 7, 5));
    left("b", 7);

    row("b", 8);

    assertThat(state("b")).isEqualTo(MemberState.READY);
  }

  @Test
  void forgettable_areThoseWhoseClaimIsNotShownAnyMore() {
    row("b", 7);
    row("c", 9);
    row("d", 4);
    look(claim("b", 7, 0), claim("c", 9, 0), claim("d", 4, 5));

    assertThat(view.forgettable(standing())).isEmpty(); // the first look
    look(claim("b", 7, -599), claim("d", 4, 5));

    assertThat(view.forgettable(standing(claim("b", 7, -599), claim("d", 4, 5))))
        .extracting(Member::name)
        .containsExactly("c");
  }

  @Test
  void whoLeft_isGone() {
    row("b", 7);
    view.changed("b", Optional.empty(), nanos());
    assertThat(view.all()).extracting(Member::name).containsExactly("self");

    row("b", 7);
    view.loaded(List.of(node("c", 9)), nanos());
    assertThat(view.all()).extracting(Member::name).containsExactly("c", "self");
  }

  private void row(String name, long incarnation) {
    view.changed(name, Optional.of(node(name, incarnation)), nanos());
    second++;
  }

  private void left(String name, long incarnation) {
    view.left(name, incarnation, nanos());
  }

  /** A second later, with these claims. */
  private void look(Held... claims) {
    second++;
    view.looked(standing(claims), nanos());
  }

  /** One that is held for so many seconds from the next look on. */
  private Held claim(String name, long incarnation, double seconds) {
    Instant from = now().plusSeconds(1);
    return new Held(
        "node/" + name, name, incarnation, from.plusMillis(Math.round(seconds * 1_000)));
  }

  private Standing standing(Held... claims) {
    return new Standing(now(), List.of(claims));
  }

  private Instant now() {
    return START.plusSeconds(second).plus(databaseAhead);
  }

  private long nanos() {
    return Duration.ofSeconds(second).toNanos();
  }

  private MemberState state(String name) {
    return view.all().stream()
        .filter(member -> member.name().equals(name))
        .findFirst()
        .orElseThrow()
        .state();
  }

  private static Member node(String name, long incarnation) {
    return new Member(
        name,
        incarnation,
        Set.of(NodeRole.WORKER),
        "http://127.0.0.1:8080",
        "127.0.0.1",
        7_000,
        5_701,
        "0.1.0",
        MemberState.READY,
        Duration.ZERO);
  }
}
