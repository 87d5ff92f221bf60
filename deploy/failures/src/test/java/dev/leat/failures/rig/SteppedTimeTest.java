package dev.leat.failures.rig;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SteppedTimeTest {
  private static final long TOLERANCE_SECONDS = 60;

  @TempDir private Path directory;

  @Test
  void step_isSeenByAProcess_andTakenBack() throws IOException {
    Optional<SteppedTime> possible = SteppedTime.in(directory);
    assumeThat(possible).as("Linux and a C compiler").isPresent();
    SteppedTime time = possible.orElseThrow();

    assertThat(secondsAhead(time)).isCloseTo(0, within(TOLERANCE_SECONDS));
    time.step(Duration.ofHours(1));
    assertThat(secondsAhead(time)).isCloseTo(3_600, within(TOLERANCE_SECONDS));
    time.step(Duration.ofHours(-1));
    assertThat(secondsAhead(time)).isCloseTo(-3_600, within(TOLERANCE_SECONDS));
  }

  private static long secondsAhead(SteppedTime time) throws IOException {
    ProcessBuilder date = new ProcessBuilder("date", "+%s");
    date.environment().putAll(time.environment());
    String said =
        new String(date.start().getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    return Long.parseLong(said) - System.currentTimeMillis() / 1_000;
  }
}
