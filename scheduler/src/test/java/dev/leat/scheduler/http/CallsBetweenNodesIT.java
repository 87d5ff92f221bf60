package dev.leat.scheduler.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.Cancellation;
import dev.leat.contract.Headers;
import dev.leat.contract.Invocation;
import dev.leat.contract.Outcome;
import dev.leat.contract.Usage;
import dev.leat.testkit.Seed;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Calls go to a worker on another node, and what became of them comes back. */
class CallsBetweenNodesIT {
  private static final Usage USED = new Usage(1, 2, 3, Usage.Acquire.RESET, 4, 5, 6, 7);
  private static final byte[] NO_BODY = new byte[0];

  private final TwoNodes nodes = new TwoNodes();

  @AfterEach
  void close() {
    try {
      nodes.isEmpty();
    } finally {
      nodes.close();
    }
  }

  @Test
  void call_isThereWhatItWasHere() throws Exception {
    Invocation sent =
        TwoNodes.invocation(TwoNodes.VERSION, "body".getBytes(UTF_8), new Cancellation());
    Ending ending = nodes.call(sent);
    StagedWorker.Call there = nodes.worker.next();

    assertThat(there.invocation)
        .usingRecursiveComparison()
        .ignoringFields("deadlineNanos", "cancellation")
        .isEqualTo(sent);
    assertThat(there.invocation.deadlineNanos() - sent.deadlineNanos())
        .isBetween(-1_000L, Duration.ofSeconds(2).toNanos());
    assertThat(there.begins()).isTrue();
    there.end(new Outcome.Responded(201, Headers.of("x", "y"), NO_BODY, USED));

    assertThat(ending.get())
        .usingRecursiveComparison()
        .isEqualTo(new Outcome.Responded(201, Headers.of("x", "y"), NO_BODY, USED));
  }

  @Test
  void everyEnding_comesBackAsItWas() {
    List<Outcome> endings =
        List.of(
            new Outcome.Responded(200, Headers.NONE, NO_BODY, USED),
            new Outcome.Responded(200, Headers.NONE, "words".getBytes(UTF_8), USED),
            new Outcome.GuestFailed("no", USED),
            new Outcome.Trapped("unreachable", USED),
            new Outcome.StackExhausted(USED),
            new Outcome.TimedOut(Duration.ofSeconds(3), USED),
            new Outcome.FuelExhausted(9, USED),
            new Outcome.MemoryExceeded(8, USED),
            new Outcome.ResponseTooLarge(7, 6, USED),
            new Outcome.Cancelled(USED),
            new Outcome.Overloaded("full", Duration.ofSeconds(1)),
            new Outcome.StoreUnavailable("away", Duration.ofSeconds(2)),
            new Outcome.Unrunnable("missing", USED),
            new Outcome.Tampered("changed"),
            new Outcome.WorkerLost(true),
            new Outcome.WorkerLost(false));
    assertThat(endings.stream().map(Outcome::word).distinct()).hasSize(Outcome.words().size());
    for (Outcome outcome : endings) {
      for (byte[] body : List.of(NO_BODY, "b".getBytes(UTF_8))) {
        nodes.worker.onCall = call -> call.end(outcome);
        Ending ending = nodes.call(body);
        assertThat(ending.get()).usingRecursiveComparison().isEqualTo(outcome);
        assertThat(ending.times()).isEqualTo(1);
      }
    }
  }

  @Test
  void largeBodies_goBothWays() {
    byte[] body = new byte[1 << 20];
    Seed seed = Seed.orElse(7);
    seed.random().nextBytes(body);
    nodes.worker.onCall =
        call ->
            call.end(
                new Outcome.Responded(200, Headers.NONE, call.invocation.input().body(), USED));

    Ending ending = nodes.call(body);

    assertThat(((Outcome.Responded) ending.get()).body()).as(seed.toString()).isEqualTo(body);
  }
}
