package dev.leat.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.Test;

class FailureTest {
  @Test
  void unexpected_defect_namesNoClassAndSaysWhereToLook() {
    Failure failure = Failure.unexpected(new IllegalStateException("at index 3"));

    assertThat(failure.exitCode()).isEqualTo(Failure.REFUSED);
    assertThat(failure.lines())
        .containsExactly(
            "The command failed unexpectedly. Part of it may have been done. Run it again with"
                + " LEAT_DEBUG=1 to see where it failed, and report that.");
  }

  @Test
  void unexpected_machineFails_saysWhy() {
    Failure failure =
        Failure.unexpected(
            new UncheckedIOException(new IOException("No space left on device\nmore")));

    assertThat(failure.lines())
        .singleElement()
        .asString()
        .startsWith("The command failed unexpectedly: No space left on device. Part of it");
  }
}
