package dev.leat.invocations.async;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.AsyncPolicy;
import dev.leat.contract.Headers;
import dev.leat.contract.Outcome;
import dev.leat.contract.Usage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The table of endings is that of docs/RELIABILITY.md. */
final class VerdictTest {
  private static final Usage USED = Usage.NONE;

  private static final List<Outcome> ALL =
      List.of(
          new Outcome.Responded(200, Headers.NONE, new byte[0], USED),
          new Outcome.GuestFailed("no", USED),
          new Outcome.Trapped("unreachable", USED),
          new Outcome.StackExhausted(USED),
          new Outcome.TimedOut(Duration.ofSeconds(1), USED),
          new Outcome.FuelExhausted(1, USED),
          new Outcome.MemoryExceeded(1, USED),
          new Outcome.ResponseTooLarge(2, 1, USED),
          new Outcome.Cancelled(USED),
          new Outcome.Overloaded("full", Duration.ofSeconds(1)),
          new Outcome.StoreUnavailable("away", Duration.ofSeconds(1)),
          new Outcome.Unrunnable("no module", USED),
          new Outcome.Tampered("altered"),
          new Outcome.WorkerLost(true),
          new Outcome.WorkerLost(false));

  @Test
  void everyEnding_isInTheDocumentedTable() throws IOException {
    List<String> rows = new ArrayList<>();
    for (Outcome outcome : ALL) {
      Verdict usual = Verdict.of(outcome, AsyncPolicy.DEFAULT);
      Verdict asked = Verdict.of(outcome, askingFor(outcome.word()));
      String name =
          outcome instanceof Outcome.WorkerLost lost
              ? outcome.word() + (lost.started() ? ", may have begun" : ", not begun")
              : outcome.word();
      rows.add("| `%s` | %s |".formatted(name, words(usual, asked)));
    }

    assertThat(Files.readString(Path.of("../docs/RELIABILITY.md"))).contains(rows);
  }

  @Test
  void serverError_isAnAnswer_unlessAskedFor() {
    Outcome error = new Outcome.Responded(503, Headers.NONE, new byte[0], USED);

    assertThat(Verdict.of(error, AsyncPolicy.DEFAULT)).isEqualTo(Verdict.ANSWERED);
    assertThat(Verdict.of(error, askingFor("server-error"))).isEqualTo(Verdict.AGAIN);
  }

  @Test
  void wordsThatCanBeAskedFor_areEndings() {
    assertThat(Outcome.words())
        .containsAll(
            AsyncPolicy.RETRY_WORDS.stream()
                .filter(word -> !word.equals(AsyncPolicy.SERVER_ERROR))
                .toList());
  }

  private static String words(Verdict usual, Verdict asked) {
    return switch (usual) {
      case ANSWERED -> "no: it is the result";
      case AGAIN -> "yes";
      case NOT_BEGUN -> "yes, and no attempt is used";
      case GIVEN_UP -> asked == Verdict.AGAIN ? "if `retryOn` names it" : "no";
    };
  }

  private static AsyncPolicy askingFor(String word) {
    AsyncPolicy usual = AsyncPolicy.DEFAULT;
    return new AsyncPolicy(
        usual.attempts(),
        usual.first(),
        usual.max(),
        usual.maxAge(),
        usual.keepResult(),
        Stream.of(word).filter(AsyncPolicy.RETRY_WORDS::contains).collect(toSet()));
  }
}
