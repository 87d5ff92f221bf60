package dev.leat.cluster.trust;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.cluster.Member;
import dev.leat.cluster.Members;
import dev.leat.contract.MemberState;
import dev.leat.contract.NodeRole;
import dev.leat.testkit.Seed;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

final class SealsTest {
  private static final byte[] MESSAGE = "acme spent 7".getBytes(StandardCharsets.UTF_8);

  private final ClusterAuthority authority =
      ClusterAuthority.of(candidate -> candidate, InstantSource.system());
  private final List<Member> directory =
      new ArrayList<>(List.of(member("one", 1), member("two", 2)));
  private final Seals one = seals(authority, "one");
  private final Seals two = seals(authority, "two");

  @Test
  void open_whatAnotherSealed_isTheMessageAndWhoSaidIt() {
    Seals.Opened opened = two.open(one.seal(MESSAGE)).orElseThrow();

    assertThat(opened.node()).isEqualTo("one");
    assertThat(opened.incarnation()).isEqualTo(1);
    assertThat(opened.message()).isEqualTo(MESSAGE);
  }

  @Test
  void seal_hidesTheMessage_differentlyEachTime() {
    byte[] first = one.seal(MESSAGE);
    byte[] second = one.seal(MESSAGE);

    assertThat(new String(first, StandardCharsets.ISO_8859_1)).doesNotContain("acme");
    assertThat(Arrays.copyOfRange(first, 37, first.length))
        .isNotEqualTo(Arrays.copyOfRange(second, 37, second.length));
    assertThat(first.length).isLessThanOrEqualTo(MESSAGE.length + Seals.OVERHEAD);
  }

  @Test
  void open_again_orAnOlderOne_isNothing() {
    byte[] first = one.seal(MESSAGE);
    byte[] second = one.seal(MESSAGE);

    assertThat(two.open(second)).isPresent();
    assertThat(two.open(second)).isEmpty();
    assertThat(two.open(first)).isEmpty();
    assertThat(two.open(one.seal(MESSAGE))).isPresent();
  }

  @Test
  void open_changedAnywhere_isNothing() {
    byte[] sealed = one.seal(MESSAGE);
    for (int i = 0; i < sealed.length; i++) {
      byte[] changed = sealed.clone();
      changed[i] ^= 1;
      assertThat(two.open(changed)).as("byte %d", i).isEmpty();
      assertThat(two.open(Arrays.copyOf(sealed, i))).as("cut to %d", i).isEmpty();
    }

    assertThat(two.open(sealed)).isPresent();
  }

  @Test
  void open_anotherClusters_orNonsense_isNothing() {
    Random random = Seed.orElse(3).random();
    assertThat(
            two.open(
                seals(ClusterAuthority.of(candidate -> candidate, InstantSource.system()), "one")
                    .seal(MESSAGE)))
        .isEmpty();
    for (int i = 0; i < 1_000; i++) {
      byte[] nonsense = new byte[random.nextInt(200)];
      random.nextBytes(nonsense);
      if (nonsense.length > 0) {
        nonsense[0] = 1;
      }
      assertThat(two.open(nonsense)).isEmpty();
    }
  }

  @Test
  void open_ownOnes_andThoseOfNodesThatAreNotThere_isNothing() {
    assertThat(one.open(one.seal(MESSAGE))).isEmpty();

    directory.set(0, member("one", 5));
    byte[] before = one.seal(MESSAGE);
    directory.set(0, member("one", 6));
    assertThat(two.open(before)).as("of a start before").isEmpty();

    directory.set(0, member("one", 6).withState(MemberState.LOST));
    assertThat(two.open(one.seal(MESSAGE))).as("lost").isEmpty();
    directory.set(0, member("one", 6));
    assertThat(two.open(one.seal(MESSAGE))).isPresent();
    Seals again = seals(authority, "one");
    assertThat(two.open(again.seal(MESSAGE))).as("another process").isPresent();
  }

  private Seals seals(ClusterAuthority of, String name) {
    return new Seals(
        of,
        new Members() {
          @Override
          public Member self() {
            return directory.stream()
                .filter(member -> member.name().equals(name))
                .findFirst()
                .orElseThrow();
          }

          @Override
          public List<Member> all() {
            return List.copyOf(directory);
          }

          @Override
          public void onChange(Consumer<List<Member>> listener) {
            throw new UnsupportedOperationException("Nobody listens");
          }
        });
  }

  private static Member member(String name, long incarnation) {
    return new Member(
        name,
        incarnation,
        Set.of(NodeRole.GATEWAY),
        "http://127.0.0.1:8080",
        "127.0.0.1",
        7_000,
        0,
        "0.1.0",
        MemberState.READY,
        Duration.ZERO);
  }
}
