package dev.leat.registry.function;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.leat.testkit.Seed;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The laws of {@link Slots}, by their numbers. */
final class SlotsTest {
  private static final int VERSIONS = 6;
  private static final int CHANGES = 500;

  @Test
  void moved_stepByStep_handsOverTheLastSlots() {
    Slots five = Slots.allTo(1).moved(Map.of(1, 9_500, 2, 500));
    Slots half = five.moved(Map.of(1, 5_000, 2, 5_000));
    Slots three = half.moved(Map.of(1, 4_000, 2, 5_000, 3, 1_000));

    assertThat(five).hasToString("1:9500,2:500");
    assertThat(half).hasToString("1:5000,2:5000");
    assertThat(three).hasToString("1:4000,3:1000,2:5000");
    assertThat(three.moved(Map.of(3, Slots.COUNT))).isEqualTo(Slots.allTo(3));
    assertThat(Slots.NONE.moved(Map.of(2, 1, 1, 9_999))).hasToString("1:9999,2:1");
  }

  @Test
  void laws1To4_manyChangesAtRandom() {
    Seed seed = Seed.orElse(17);
    Random random = seed.random();
    Slots slots = Slots.allTo(1);
    for (int i = 0; i < CHANGES; i++) {
      Map<Integer, Integer> weights = weights(random);
      Slots next = slots.moved(weights);

      assertThat(next.weights()).as("%s", seed).isEqualTo(weights);
      assertThat(handedOver(slots, next)).as("%s", seed).isEqualTo(lost(slots, weights));
      assertThat(Slots.parse(next.toString())).as("%s", seed).isEqualTo(next);
      slots = next;
    }
  }

  private static Map<Integer, Integer> weights(Random random) {
    Set<Integer> cuts = new HashSet<>(Set.of(Slots.COUNT));
    for (int i = random.nextInt(VERSIONS); i > 0; i--) {
      cuts.add(1 + random.nextInt(Slots.COUNT - 1));
    }
    List<Integer> versions = new ArrayList<>();
    for (int version = 1; version <= 2 * VERSIONS; version++) {
      versions.add(version);
    }
    Collections.shuffle(versions, random);
    Map<Integer, Integer> weights = new TreeMap<>();
    int from = 0;
    for (int cut : cuts.stream().sorted().toList()) {
      weights.put(versions.removeLast(), cut - from);
      from = cut;
    }
    return weights;
  }

  private static int handedOver(Slots before, Slots after) {
    List<Integer> old = owners(before);
    List<Integer> young = owners(after);
    int count = 0;
    for (int i = 0; i < Slots.COUNT; i++) {
      count += old.get(i).equals(young.get(i)) ? 0 : 1;
    }
    return count;
  }

  private static List<Integer> owners(Slots slots) {
    List<Integer> owners = new ArrayList<>();
    slots
        .runs()
        .forEach(run -> {
          for (int i = 0; i < run.count(); i++) {
            owners.add(run.version());
          }
        });
    return owners;
  }

  /** By how much weights fall, which must be handed over. */
  private static int lost(Slots before, Map<Integer, Integer> weights) {
    return before.weights().entrySet().stream()
        .mapToInt(had -> Math.max(0, had.getValue() - weights.getOrDefault(had.getKey(), 0)))
        .sum();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"1:9999", "1:10001", "1:0,2:10000", "1", "a:1", "1:5000,2:-5000", "1:1:1"})
  void parse_ofSomethingElse_isRefused(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> Slots.parse(text));
  }

  @Test
  void leading_isTheLargest_ofSeveralTheNewest() {
    assertThat(Slots.NONE.leading()).isEmpty();
    assertThat(Slots.parse("1:6000,2:4000").leading()).contains(1);
    assertThat(Slots.parse("3:5000,2:5000").leading()).contains(3);
    assertThat(Slots.parse("1:3000,2:4000,1:3000").leading()).contains(1);
  }
}
