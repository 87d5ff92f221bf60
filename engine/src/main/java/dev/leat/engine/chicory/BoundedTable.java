package dev.leat.engine.chicory;

import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.TableInstance;
import com.dylibso.chicory.wasm.types.Table;
import com.dylibso.chicory.wasm.types.TableLimits;
import com.dylibso.chicory.wasm.types.Value;
import dev.leat.engine.GuestStopped;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A table with limits of its own that can be put back. Chicory's own grows the limits of the shared
 * module, so that later instances would see them.
 */
final class BoundedTable extends TableInstance {
  /** The most entries that a table may reach, whatever it declares. */
  static final int ENTRIES_MAX = 100_000;

  private static final long ENTRY_BYTES = 8;

  private final FlatMemory memory;
  private final TableLimits limits;
  private int[] refs;
  private @Nullable Instance[] instances;
  private int[] baseRefs = new int[0];
  private @Nullable Instance[] baseInstances = new Instance[0];
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
    this.instances = new Instance[size];
    Arrays.fill(refs, initialValue);
  }

  void snapshot() {
    memory.adjustBeside((refs.length - limits.min()) * ENTRY_BYTES); // what grew is copied too
    baseRefs = refs.clone();
    baseInstances = instances.clone();
    changed = false;
  }

  void restore() {
    if (changed) {
      memory.adjustBeside((baseRefs.length - refs.length) * ENTRY_BYTES);
      refs = baseRefs.clone();
      instances = baseInstances.clone();
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
    instances = Arrays.copyOf(instances, before + size);
    Arrays.fill(refs, before, before + size, value);
    Arrays.fill(instances, before, before + size, instance);
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
    if (index < 0 || index >= refs.length) {
      throw GuestStopped.trapped("out of bounds table access");
    }
    memory.charge(1); // bulk operations come this way too, entry by entry
    changed = true;
    refs[index] = value;
    instances[index] = instance;
  }

  @Override
  public @Nullable Instance instance(int index) {
    return instances[index];
  }

  @Override
  public void reset() {
    changed = true;
    Arrays.fill(refs, Value.REF_NULL_VALUE);
  }
}
