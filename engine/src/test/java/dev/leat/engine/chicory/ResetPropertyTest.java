package dev.leat.engine.chicory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.GuestInstance;
import dev.leat.engine.LoadedModule;
import dev.leat.testkit.Seed;
import dev.leat.testkit.WasmBuilder;
import dev.leat.testkit.WasmCode;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever a guest did, after a reset it is as it was: nothing leaks from one call to the next. */
@Timeout(180)
final class ResetPropertyTest {
  private static final int GUESTS = 120;
  private static final int CALLS = 6;

  @Test
  void reset_afterAnything_isLikeNew() {
    Seed seed = Seed.orElse(4711);
    Random random = seed.random();
    for (int i = 0; i < GUESTS; i++) {
      LoadedModule module = Guests.load(RandomGuest.module(random));
      GuestInstance reused = RandomGuest.prepared(module);
      byte[] pristine = reused.memory().read(0, (int) reused.memory().sizeBytes());

      for (int call = 0; call < CALLS; call++) {
        String run = "run" + random.nextInt(RandomGuest.RUNS);
        String where = "guest %d, call %d of %s, %s".formatted(i, call, run, seed);
        GuestInstance fresh = RandomGuest.prepared(module);

        assertThat(RandomGuest.observed(reused, run))
            .as(where)
            .isEqualTo(RandomGuest.observed(fresh, run));

        reused.reset();
        reused.begin(Guests.fuel(Guests.PLENTY));
        assertThat(reused.memory().sizeBytes()).as(where).isEqualTo(pristine.length);
        assertThat(Arrays.equals(reused.memory().read(0, pristine.length), pristine))
            .as(where + ": memory")
            .isTrue();
      }
      assertThat(RandomGuest.observed(reused, "probe"))
          .as("guest %d, %s", i, seed)
          .isEqualTo(RandomGuest.observed(RandomGuest.prepared(module), "probe"));
    }
  }

  /** Stack exhaustion may strike between any two host instructions: at each depth, each width. */
  @Test
  void reset_afterExhaustedStackAmidStores_isLikeNew() {
    int[][] stores = {{0x36, 0x41}, {0x37, 0x42}, {0x3a, 0x41}, {0x3b, 0x41}, {0x3e, 0x42}};
    byte[] zeros = new byte[16 * Guests.PAGE];
    for (int[] store : stores) {
      WasmCode code = new WasmCode().locals(1, "i64");
      code.globalGet(0).op(store[1], 0x7f).op(store[0], 0, 0);
      code.globalGet(0)
          .i32Const(4_093)
          .i32Add()
          .op(0x41)
          .op(0xff, 0xff, 0x3f)
          .op(0x71)
          .globalSet(0);
      code.call(0);
      LoadedModule module =
          Guests.load(new WasmBuilder().memory(16).globalI32(true, 1).export("run", "()->", code));
      GuestInstance guest = Guests.instance(module);
      guest.snapshot();
      for (int i = 0; i < 60; i++) {
        guest.begin(Guests.fuel(Long.MAX_VALUE));
        assertThat(Guests.stopped(guest, "run").detail()).contains("call stack exhausted");
        guest.reset();
        byte[] memory = guest.memory().read(0, 16 * Guests.PAGE);
        assertThat(Arrays.mismatch(memory, zeros))
            .as("opcode %x, round %d: the first byte that is left", store[0], i)
            .isEqualTo(-1);
      }
    }
  }
}
