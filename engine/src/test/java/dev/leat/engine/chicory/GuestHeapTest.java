package dev.leat.engine.chicory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.contract.Cancellation;
import dev.leat.contract.Limits;
import dev.leat.engine.Budget;
import dev.leat.engine.GuestHeap;
import dev.leat.engine.GuestStopped;
import org.junit.jupiter.api.Test;

/** A memory holds of the heap what it takes, whatever becomes of it. */
class GuestHeapTest {
  private static final long PAGE = Limits.PAGE_BYTES;

  private final GuestHeap heap = new GuestHeap(10 * PAGE);

  @Test
  void newMemory_overTheHeap_isRefusedAndHoldsNothing() {
    assertThatThrownBy(() -> memory(11))
        .isInstanceOfSatisfying(
            GuestStopped.class,
            stopped -> assertThat(stopped.reason()).isEqualTo(GuestStopped.Reason.NO_ROOM));
    assertThat(heap.heldBytes()).isZero();
  }

  @Test
  void grow_holdsTheGrownAndWhatResetNeeds_untilReset() {
    FlatMemory memory = memory(2);
    memory.snapshot();

    assertThat(memory.grow(2)).isEqualTo(2);
    assertThat(heap.heldBytes()).isEqualTo((2 + 4) * PAGE);
    assertThat(memory.grow(1)).isEqualTo(4);
    assertThat(heap.heldBytes()).isEqualTo((2 + 5) * PAGE);
    memory.reset();

    assertThat(heap.heldBytes()).isEqualTo(2 * PAGE);
  }

  @Test
  void grow_overTheHeap_answersMinusOneAndHoldsWhatItHeld() {
    FlatMemory memory = memory(2);
    memory.snapshot();

    assertThat(memory.grow(7)).isEqualTo(-1);

    assertThat(memory.growthRefused()).isTrue();
    assertThat(heap.heldBytes()).isEqualTo(2 * PAGE);
  }

  @Test
  void snapshot_afterGrowth_holdsTheGrownMemoryAndItsImage() {
    FlatMemory memory = memory(1);
    memory.grow(2);
    memory.writeByte(0, (byte) 1);

    memory.snapshot();

    assertThat(heap.heldBytes()).isEqualTo(3 * PAGE + 4096);
  }

  @Test
  void close_twice_givesBackOnce() {
    FlatMemory memory = memory(3);
    FlatMemory other = memory(4);
    memory.close();
    memory.close();

    assertThat(heap.heldBytes()).isEqualTo(4 * PAGE);
    other.close();
  }

  @Test
  void reserve_whenShort_succeedsOnceReclaimed() {
    FlatMemory idle = memory(8);
    heap.onShortage(missing -> idle.close());

    FlatMemory memory = memory(5);

    assertThat(heap.heldBytes()).isEqualTo(5 * PAGE);
    memory.close();
  }

  private FlatMemory memory(int pages) {
    Budget budget =
        new Budget(1_000_000_000, System.nanoTime() + 10_000_000_000L, new Cancellation());
    return new FlatMemory(pages, 1_000, heap, budget);
  }
}
