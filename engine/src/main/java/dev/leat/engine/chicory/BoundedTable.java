package dev.leat.engine.chicory;

import com.dylibso.chicory.runtime.ConstantEvaluators;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.TableInstance;
import com.dylibso.chicory.wasm.types.Instruction;
import com.dylibso.chicory.wasm.types.PassiveElement;
import com.dylibso.chicory.wasm.types.Table;
import com.dylibso.chicory.wasm.types.TableLimits;
import com.dylibso.chicory.wasm.types.Value;
import dev.leat.engine.GuestStopped;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A table with limits of its own that can be put back. Chicory's own grows the limits of the shared
 * module, so that later instances would see them; and its bulk operations add without looking for
 * an overflow. Nothing is kept of the instance that an entry belongs to: a table cannot be
 * imported, so it is always the table's own.
 */
final class BoundedTable extends TableInstance {
  /** The most entries that a table may reach, whatever it declares. */
  static final int ENTRIES_MAX = 100_000;

  private static final long ENTRY_BYTES = Integer.BYTES;

  private final FlatMemory memory;
  private final TableLimits limits;
  private int[] refs;
  private int[] baseRefs = new int[0];
  private boolean changed;

  /**
   * @param memory where the instance's fuel and bytes are counted
   * @throws GuestStopped if the heap for guests has no room for it
   */
  BoundedTable(Table table, int initialValue, FlatMemory memory) {
    super(new Table(table.elementType(), new TableLimits(0, 0)), initialValue);
    int size = (int) table.limits().min();
    this.memory = memory;
    memory.requireBeside(2L * size * ENTRY_BYTES); // once more for the snapshot
    this.limits = new TableLimits(size, Math.min(table.limits().max(), ENTRIES_MAX));
    this.refs = new int[size];
    Arrays.fill(refs, initialValue);
  }

  /** The instance's table of this index; all of them are of this class. */
  static BoundedTable of(Instance instance, int index) {
    return (BoundedTable) instance.table(index);
  }

  void snapshot() {
    memory.adjustBeside((refs.length - limits.min()) * ENTRY_BYTES); // what grew is copied too
    baseRefs = refs.clone();
    changed = false;
  }

  void restore() {
    if (changed) {
      memory.adjustBeside((baseRefs.length - refs.length) * ENTRY_BYTES);
      refs = baseRefs.clone();
      changed = false;
    }
  }

  @Override
  public TableLimits limits() {
    return limits;
  }

  @Override
  public int size() {
    return refs.length;
  }

  @Override
  public int grow(int size, int value, @Nullable Instance instance) {
    int before = refs.length;
    if (size < 0 || size > limits.max() - before) {
      return -1;
    }
    memory.charge(before + (long) size);
    if (!memory.takeBeside(size * ENTRY_BYTES)) {
      return -1;
    }
    changed = true;
    refs = Arrays.copyOf(refs, before + size);
    Arrays.fill(refs, before, before + size, value);
    return before;
  }

  @Override
  public int ref(int index) {
    if (index < 0 || index >= refs.length) {
      throw GuestStopped.trapped("undefined element");
    }
    return refs[index];
  }

  @Override
  public int requiredRef(int index) {
    int ref = ref(index);
    if (ref == Value.REF_NULL_VALUE) {
      throw GuestStopped.trapped("uninitialized element");
    }
    return ref;
  }

  @Override
  public void setRef(int index, int value, @Nullable Instance instance) {
    requireWithin(index, 1, refs.length);
    memory.charge(1); // active segments come this way too, entry by entry
    changed = true;
    refs[index] = value;
  }

  /** Wasm Core 2.0, 4.4.6, table.fill; the numbers are unsigned, as in the two that follow. */
  void fill(int at, int value, int size) {
    requireWithin(at, size, refs.length);
    memory.charge(size);
    changed = true;
    Arrays.fill(refs, at, at + size, value);
  }

  void copy(int to, BoundedTable source, int from, int size) {
    requireWithin(from, size, source.refs.length);
    requireWithin(to, size, refs.length);
    memory.charge(size);
    changed = true;
    System.arraycopy(source.refs, from, refs, to, size);
  }

  /**
   * @param instance whose element segment is copied; one that was dropped has no entries, and one
   *     that is not passive was dropped when the module was instantiated
   */
  void init(int to, Instance instance, int segment, int from, int size) {
    List<List<Instruction>> entries =
        instance.element(segment) instanceof PassiveElement passive
            ? passive.initializers()
            : List.of();
    requireWithin(from, size, entries.size());
    requireWithin(to, size, refs.length);
    memory.charge(size);
    changed = true;
    for (int i = 0; i < size; i++) {
      refs[to + i] =
          (int) ConstantEvaluators.computeConstantValue(instance, entries.get(from + i))[0];
    }
  }

  private static void requireWithin(int at, int size, int length) {
    if (at < 0 || size < 0 || size > length - at) {
      throw GuestStopped.trapped("out of bounds table access");
    }
  }

  @Override
  public @Nullable Instance instance(int index) {
    return null;
  }

  @Override
  public void reset() {
    changed = true;
    Arrays.fill(refs, Value.REF_NULL_VALUE);
  }
}
