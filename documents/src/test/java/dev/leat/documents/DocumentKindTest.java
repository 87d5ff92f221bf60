package dev.leat.documents;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.Answer;
import dev.leat.contract.Finding;
import dev.leat.contract.Problem;
import dev.leat.contract.ProblemCode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Documents of a kind made up here: a meal. */
class DocumentKindTest {
  private static final DocumentKind MEAL =
      new DocumentKind(
          "The meal", "an object with the key dish", 1_000, ProblemCode.INVALID_MANIFEST);

  private record Meal(String dish, long guests, Duration lasts, List<String> drinks) {}

  @ParameterizedTest
  @ValueSource(
      strings = {
        "dish: soup\nserved: {guests: 3, lasts: 90s}\ndrinks: [tea, water]",
        "{\"dish\":\"soup\",\t\"served\":{\"guests\":3,\"lasts\":\"90s\"},\"drinks\":[\"tea\",\"water\"]}"
      })
  void read_yamlAndJson_areTheSame(String document) {
    assertThat(read(document))
        .isEqualTo(
            Answer.done(new Meal("soup", 3, Duration.ofSeconds(90), List.of("tea", "water"))));
  }

  @Test
  void read_severalMistakes_tellsThemAll() {
    assertThat(findings("dihs: soup\nserved: {guests: 0, lasts: long}\ndrinks: [tea, tea]"))
        .containsExactly(
            "dish: is missing",
            "served.guests: must be a whole number, 1-12; was the number 0",
            "served.lasts: must be a duration such as 500ms, 2s, 1m or 24h, 1s-3h; was 'long'",
            "drinks[1]: is in the list twice, list it once",
            "dihs: is no key here; did you mean 'dish'?");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          a: &x 1\\nb: *x                     | b: uses a YAML alias, write the value out
          dish: !!str soup                    | dish: has a YAML tag, leave it out
          dish: soup\\ndish: tea              | dish: is given twice, give it once
          dish: soup\\n---\\ndish: tea        | holds a second document, only one is allowed
          [soup]                              | must be an object with the key dish
          '# nothing'                         | is empty
          dish: 010                           | dish: must be a word; was '010'
          """)
  void read_whatHasNoOneMeaning_isRefused(String document, String finding) {
    assertThat(findings(document.replace("\\n", "\n"))).contains(finding);
  }

  @Test
  void read_deeplyNested_isRefused() {
    assertThat(findings("[".repeat(DocumentSyntax.DEPTH_MAX + 1)))
        .singleElement()
        .asString()
        .contains("cannot be read");
  }

  @Test
  void read_tooLong_isRefusedUnread() {
    assertThat(problem("x".repeat(1_001)).detail())
        .isEqualTo("The meal has 1001 bytes, at most 1000 are allowed.");
    assertThat(findings("x".repeat(1_000))).containsExactly("must be an object with the key dish");
  }

  @Test
  void read_endlessMistakes_areBounded() {
    StringBuilder document = new StringBuilder("dish: soup\n");
    for (int i = 0; i < 100; i++) {
      document.append("k").append(i).append(": 1\n");
    }

    assertThat(findings(document.toString())).hasSize(Findings.MAX);
  }

  private static Answer<Meal> read(String document) {
    return MEAL.read(document.getBytes(StandardCharsets.UTF_8), DocumentKindTest::meal);
  }

  private static Optional<Meal> meal(ClosedObject root) {
    Optional<String> dish =
        root.require("dish").text("dish", text -> text.matches("[a-z]+"), "a word");
    ClosedObject served = root.object("served");
    long guests = served.number("guests", 1, 12).orElse(1L);
    Duration lasts =
        served
            .duration("lasts", Duration.ofSeconds(1), Duration.ofHours(3))
            .orElse(Duration.ofHours(1));
    served.close();
    List<String> drinks = root.texts("drinks", 3, _ -> true, "a drink");
    root.close();
    return dish.map(word -> new Meal(word, guests, lasts, drinks));
  }

  private static List<String> findings(String document) {
    return problem(document).findings().stream().map(Finding::toString).toList();
  }

  private static Problem problem(String document) {
    return switch (read(document)) {
      case Answer.Done<Meal>(Meal meal) -> throw new AssertionError("Read: " + meal);
      case Answer.Refused<Meal>(Problem problem) -> problem;
    };
  }
}
