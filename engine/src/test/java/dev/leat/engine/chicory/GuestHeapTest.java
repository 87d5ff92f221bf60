package dev.leat.engine.chicory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.dylibso.chicory.wasm.types.Table;
import com.dylibso.chicory.wasm.types.TableLimits;
import com.dylibso.chicory.wasm.types.ValType;
import dev.leat.contract.Cancellation;
import dev.leat.contract.Limits;
import dev.leat.contract.ModuleDigest;
import dev.leat.engine.ClassStore;
import dev.leat.engine.CompileBudget;
import dev.leat.engine.GuestBudget;
import dev.leat.engine.GuestHeap;
import dev.leat.engine.GuestInstance;
import dev.leat.engine.GuestStopped;
import dev.leat.engine.LoadedModule;
import dev.leat.engine.ModuleLimits;
import dev.leat.testkit.WasmBuilder;
import java.util.List;
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

    assertThat(memory.growthRefused()).isEqualTo(GuestStopped.Reason.NO_ROOM);
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
  void snapshot_overTheHeap_isRefusedAndTakesNothing() {
    FlatMemory memory = memory(6);
    memory.fill((byte) 1, 0, (int) (5 * PAGE));

    assertThatThrownBy(memory::snapshot)
        .isInstanceOfSatisfying(
            GuestStopped.class,
            stopped -> assertThat(stopped.reason()).isEqualTo(GuestStopped.Reason.NO_ROOM));

    assertThat(heap.heldBytes()).isEqualTo(6 * PAGE);
    memory.close();
    assertThat(heap.heldBytes()).isZero();
  }

  @Test
  void snapshot_again_holdsOneImage() {
    FlatMemory memory = memory(5);
    memory.fill((byte) 1, 0, (int) (5 * PAGE));
    memory.snapshot();
    assertThat(heap.heldBytes()).isEqualTo(10 * PAGE);

    memory.fill((byte) 0, (int) PAGE, (int) (5 * PAGE));
    memory.snapshot();

    assertThat(heap.heldBytes()).isEqualTo(6 * PAGE);
  }

  @Test
  void snapshot_whenShort_succeedsOnceReclaimed() {
    FlatMemory idle = memory(4);
    heap.onShortage(missing -> idle.close());
    FlatMemory memory = memory(5);
    memory.fill((byte) 1, 0, (int) (5 * PAGE));

    memory.snapshot();

    assertThat(heap.heldBytes()).isEqualTo(10 * PAGE);
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

  @Test
  void reserve_moreThanThereIs_reclaimsNothing() {
    FlatMemory idle = memory(8);
    heap.onShortage(missing -> idle.close());

    assertThat(heap.reserve(10 * PAGE + 1)).isFalse();

    assertThat(heap.heldBytes()).isEqualTo(8 * PAGE);
  }

  @Test
  void table_holdsItsEntriesAndTheirSnapshot_untilItIsClosed() {
    FlatMemory memory = memory(1);
    BoundedTable table = table(1_000, memory);
    table.snapshot();
    assertThat(heap.heldBytes()).isEqualTo(PAGE + 2 * 4_000);

    assertThat(table.grow(500, 0, null)).isEqualTo(1_000);
    assertThat(heap.heldBytes()).isEqualTo(PAGE + 2 * 4_000 + 2_000);
    memory.reset();
    table.restore();
    assertThat(heap.heldBytes()).isEqualTo(PAGE + 2 * 4_000);

    memory.close();
    assertThat(heap.heldBytes()).isZero();
  }

  @Test
  void table_thatGrewBeforeTheSnapshot_holdsBothWhole() {
    FlatMemory memory = memory(1);
    BoundedTable table = table(1_000, memory);
    table.grow(500, 0, null);

    table.snapshot();

    assertThat(heap.heldBytes()).isEqualTo(PAGE + 2 * 6_000);
  }

  @Test
  void table_overTheHeap_isRefusedOrAnswersMinusOne() {
    FlatMemory memory = memory(9);
    assertThatThrownBy(() -> table(10_000, memory))
        .isInstanceOfSatisfying(
            GuestStopped.class,
            stopped -> assertThat(stopped.reason()).isEqualTo(GuestStopped.Reason.NO_ROOM));
    BoundedTable table = table(1_000, memory);
    long held = heap.heldBytes();

    assertThat(table.grow(90_000, 0, null)).isEqualTo(-1);

    assertThat(table.size()).isEqualTo(1_000);
    assertThat(heap.heldBytes()).isEqualTo(held);
  }

  @Test
  void instance_holdsItsGlobals_andNothingWhenItIsRefused() {
    WasmBuilder many = new WasmBuilder().memory(1);
    for (int i = 0; i < 5_000; i++) {
      many.globalI32(true, i);
    }
    byte[] module = many.build();
    LoadedModule loaded =
        new ChicoryEngine(ModuleLimits.DEFAULT, CompileBudget.ofThisJvm(), ClassStore.none(), heap)
            .load(Guests.TENANT, ModuleDigest.of(module), module);

    GuestInstance instance = loaded.instantiate(List.of(), 1, Guests.fuel(1_000_000));
    assertThat(heap.heldBytes()).isBetween(PAGE + 5_000 * 30, PAGE + 5_000 * 60);
    FlatMemory other = memory(5);
    assertThatThrownBy(() -> loaded.instantiate(List.of(), 1, Guests.fuel(1_000_000)))
        .isInstanceOf(GuestStopped.class);
    other.close();
    instance.close();

    assertThat(heap.heldBytes()).isZero();
  }

  private static BoundedTable table(int entries, FlatMemory memory) {
    return new BoundedTable(
        new Table(ValType.FuncRef, new TableLimits(entries, 100_000)), 0, memory);
  }

  private FlatMemory memory(int pages) {
    GuestBudget budget =
        new GuestBudget(1_000_000_000, System.nanoTime() + 300_000_000_000L, new Cancellation());
    return new FlatMemory(pages, 1_000, heap, budget);
  }
}
