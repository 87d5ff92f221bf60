package dev.leat.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.store.StoreFailure;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LifecycleTest {
  private final List<String> happened = new ArrayList<>();

  @Test
  void close_afterStart_closesInTheReverseOrderOnce() throws IOException {
    Lifecycle lifecycle = new Lifecycle();
    part(lifecycle, "first");
    part(lifecycle, "second");

    lifecycle.start();
    lifecycle.close();
    lifecycle.close();

    assertThat(happened).containsExactly("+first", "+second", "-second", "-first");
  }

  @Test
  void start_aPartFails_closesOnlyWhatWasStarted() {
    Lifecycle lifecycle = new Lifecycle();
    part(lifecycle, "first");
    lifecycle.part(
        "second",
        () -> {
          throw new IOException("no room");
        },
        () -> happened.add("-second"));
    part(lifecycle, "third");

    assertThatThrownBy(lifecycle::start).hasMessage("no room");
    lifecycle.close();

    assertThat(happened).containsExactly("+first", "-first");
  }

  @Test
  void start_aStoreFails_saysItsCauseAndWhatToDo() {
    Lifecycle lifecycle =
        new Lifecycle()
            .part(
                "tables",
                () -> {
                  throw new StoreFailure("Making tables", false, new IOException("it is odd.\nY."));
                });

    assertThatThrownBy(lifecycle::start)
        .isInstanceOf(IOException.class)
        .hasMessage(
            "Making tables failed: it is odd. Mend that, or restore the data from a backup, and"
                + " start again.");
  }

  @Test
  void close_aPartFails_closesTheOthersStill() throws IOException {
    Lifecycle lifecycle = new Lifecycle();
    part(lifecycle, "first");
    lifecycle.part(
        "second",
        () -> {},
        () -> {
          throw new IllegalStateException("stuck");
        });
    part(lifecycle, "third");
    lifecycle.start();

    lifecycle.close();

    assertThat(happened).containsExactly("+first", "+third", "-third", "-first");
  }

  @Test
  void close_neverStarted_closesNothing() {
    Lifecycle lifecycle = new Lifecycle();
    part(lifecycle, "first");

    lifecycle.close();

    assertThat(happened).isEmpty();
  }

  private void part(Lifecycle lifecycle, String name) {
    lifecycle.part(name, () -> happened.add("+" + name), () -> happened.add("-" + name));
  }
}
