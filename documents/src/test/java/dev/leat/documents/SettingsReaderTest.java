package dev.leat.documents;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.Finding;
import dev.leat.contract.Setting;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Settings of a house made up here. */
class SettingsReaderTest {
  public record House(
      @Setting(key = "kitchen") Kitchen kitchen,
      @Setting(key = "rooms", form = "be an object with name and beds") List<Room> rooms,
      String street) {}

  public record Kitchen(
      @Setting(key = "ovens", min = 1, max = 9) int ovens,
      @Setting(key = "hot-ovens", atMost = "ovens") int hot,
      @Setting(key = "bake-seconds", min = 1, max = 3_600, unit = Setting.Unit.SECONDS)
          Duration bake,
      @Setting(key = "pantry-mb", max = 10, unit = Setting.Unit.MEBIBYTES) long pantry,
      @Setting(key = "cook", form = "be a name in small letters", pattern = "[a-z]+") String cook) {
    public Kitchen {
      if (cook.equals("cat")) {
        throw new IllegalArgumentException("needs a cook with hands");
      }
    }
  }

  public record Room(String name, int beds) {}

  private static final House DEFAULTS =
      new House(
          new Kitchen(4, 3, Duration.ofMinutes(30), 1 << 20, "eve"),
          List.of(new Room("hall", 0)),
          "Elm Street");

  @Test
  void read_whatIsGiven_overridesTheDefaults() {
    assertThat(
            value(
                """
                kitchen: {ovens: 2, bake-seconds: 5, pantry-mb: 3, cook: adam}
                rooms: [{name: attic, beds: 2}, {name: cellar, beds: 1}]
                """))
        .isEqualTo(
            new House(
                new Kitchen(2, 2, Duration.ofSeconds(5), 3 << 20, "adam"),
                List.of(new Room("attic", 2), new Room("cellar", 1)),
                "Elm Street"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "# nothing yet\n", "---\n\n", "{}", "kitchen: {}"})
  void read_nothingGiven_isTheDefaults(String yaml) {
    assertThat(value(yaml)).isEqualTo(DEFAULTS);
  }

  @Test
  void read_severalMistakes_tellsThemAll() {
    assertThat(
            findings(
                """
                kitchen: {ovens: 2, hot-ovens: 3, bake-seconds: 0, cook: Adam7, ovns: 2}
                rooms: [{name: attic, beds: two}, {name: cellar, beds: 1}, 7]
                kichen: {}
                street: Oak Street
                """))
        .containsExactly(
            "kitchen.hot-ovens: must be a whole number, 0-2; was the number 3",
            "kitchen.bake-seconds: must be a whole number, 1-3600; was the number 0",
            "kitchen.cook: must be a name in small letters",
            "kitchen.ovns: is no key here; did you mean 'ovens'?",
            "rooms[0]: must be an object with name and beds",
            "rooms[2]: must be an object with name and beds",
            "kichen: is no key here; did you mean 'kitchen'?",
            "street: is no key here; the keys are kitchen, rooms");
  }

  @Test
  void read_whatTheRecordItselfRefuses_isAFindingOfItsSection() {
    assertThat(findings("kitchen: {cook: cat}"))
        .containsExactly("kitchen: needs a cook with hands");
  }

  @ParameterizedTest
  @ValueSource(strings = {"[1]", "kitchen: 3", "kitchen:\n", "rooms: hall", "a: [b", "a: &b 1"})
  void read_anotherShape_isRefused(String yaml) {
    assertThat(findings(yaml)).isNotEmpty();
  }

  private static House value(String yaml) {
    SettingsReader.Read<House> read = read(yaml);
    assertThat(read.findings()).isEmpty();
    return read.value();
  }

  private static List<String> findings(String yaml) {
    return read(yaml).findings().stream().map(Finding::toString).toList();
  }

  private static SettingsReader.Read<House> read(String yaml) {
    return SettingsReader.read(
        StrictJson.mapper(), yaml.getBytes(StandardCharsets.UTF_8), DEFAULTS);
  }
}
