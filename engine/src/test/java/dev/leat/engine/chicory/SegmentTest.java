package dev.leat.engine.chicory;

import static dev.leat.engine.chicory.Guests.call;
import static dev.leat.engine.chicory.Guests.instance;
import static dev.leat.engine.chicory.Guests.stopped;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.GuestInstance;
import dev.leat.engine.GuestStopped.Reason;
import dev.leat.engine.LoadedModule;
import dev.leat.testkit.WasmBuilder;
import dev.leat.testkit.WasmCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Passive segments are copied until they are dropped, and are there again after a reset. */
final class SegmentTest {
  @Test
  void dataDrop_thenInit_trapsUntilReset() {
    GuestInstance guest = instance(module());
    guest.snapshot();
    for (int i = 0; i < 3; i++) {
      assertThat(call(guest, "init", 4)).isEqualTo('t');
      call(guest, "drop");
      assertThat(stopped(guest, "init", 4).reason()).isEqualTo(Reason.TRAPPED);
      assertThat(call(guest, "init", 0)).as("of nothing").isEqualTo('t');
      guest.reset();
    }
  }

  @Test
  void dataDrop_beforeTheSnapshot_staysDropped() {
    GuestInstance guest = instance(module());
    call(guest, "drop");
    guest.snapshot();
    guest.reset();

    assertThat(stopped(guest, "init", 4).reason()).isEqualTo(Reason.TRAPPED);
  }

  @Test
  void dataDrop_inOneInstance_isNotSeenByAnother() {
    LoadedModule module = Guests.load(module());
    GuestInstance one = instance(module);
    GuestInstance other = instance(module);
    call(one, "drop");

    assertThat(call(other, "init", 4)).isEqualTo('t');
    assertThat(call(instance(module), "init", 4)).isEqualTo('t');
  }

  @ParameterizedTest
  @ValueSource(ints = {5, -1, Integer.MAX_VALUE, Integer.MIN_VALUE})
  void memoryInit_ofMoreThanThereIs_traps(int size) {
    GuestInstance guest = instance(module());

    assertThat(stopped(guest, "init", size).reason()).isEqualTo(Reason.TRAPPED);
    assertThat(guest.memory().readInt(0)).isZero();
  }

  private static WasmBuilder module() {
    return new WasmBuilder()
        .memory(1)
        .passiveData(new byte[] {'t', 'e', 'x', 't'})
        .export(
            "init",
            "(i32)->i32",
            new WasmCode()
                .i32Const(0)
                .i32Const(0)
                .localGet(0)
                .op(0xfc, 8, 0, 0) // memory.init 0
                .i32Const(0)
                .i32Load8Unsigned(0))
        .export("drop", "()->", new WasmCode().op(0xfc, 9, 0)); // data.drop 0
  }
}
