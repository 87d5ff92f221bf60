package dev.leat.engine.chicory;

import com.dylibso.chicory.runtime.ConstantEvaluators;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.Memory;
import com.dylibso.chicory.wasm.UninstantiableException;
import com.dylibso.chicory.wasm.types.ActiveDataSegment;
import com.dylibso.chicory.wasm.types.DataSegment;
import com.dylibso.chicory.wasm.types.PassiveDataSegment;
import dev.leat.contract.Cancellation;
import dev.leat.contract.Limits;
import dev.leat.engine.GuestBudget;
import dev.leat.engine.GuestHeap;
import dev.leat.engine.GuestMemory;
import dev.leat.engine.GuestStopped;
import dev.leat.engine.GuestStopped.Reason;
import dev.leat.engine.StackRoom;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A guest's linear memory in one {@code byte[]}, with a map of the pages written since the
 * snapshot, and the fuel counter that compiled code ticks.
 *
 * <p>The array is exactly as long as the memory, so that the JVM's own bounds check is the
 * sandbox's: an access outside throws {@link IndexOutOfBoundsException}, which is turned into a
 * trap. A store marks its page before it writes: the guest's stack may end at any call in between,
 * and what is not marked is not put back. The fuel counter lives here because every compiled
 * function has the memory at hand (RATIONALE, "Why is fuel kept in a local variable?").
 *
 * <p>One honest long file: Chicory's interface wants every access width spelled out.
 */
@SuppressWarnings("removal") // Chicory's deprecated wait/notify must be answered all the same.
final class FlatMemory implements Memory, GuestMemory {
  /** The grain of reset: small enough to copy little, large enough to scan little. */
  static final int DIRTY_SHIFT = 12;

  private static final int DIRTY_BYTES = 1 << DIRTY_SHIFT;

  /** A store marks the page of its first byte; so many of its bytes may lie in the next page. */
  private static final int STORE_OVERLAP = Long.BYTES - 1;

  /**
   * Fuel handed out at once. When it is used up the deadline and the cancellation are looked at:
   * 20-90 us of compiled code, a few milliseconds of interpreted.
   */
  private static final int SLICE = 500_000;

  /**
   * A bulk operation costs a unit for each of this many bytes: about the time of one instruction.
   */
  private static final int BULK_BYTES_PER_FUEL = 4;

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /** A page map's part in which nothing was written: of 16 MiB. */
  private static final byte[] CLEAN = new byte[4_096];

  private final int initialPages;
  private final int maximumPages;

  /** Read by {@link GuestCode}, which keeps both in local variables while a function runs. */
  byte[] data;

  byte[] dirty;
  private DataSegment[] segments = new DataSegment[0];

  private byte[] base;
  private byte[] image = new byte[0];
  private DataSegment[] baseSegments = new DataSegment[0];
  private boolean segmentDropped;

  private final GuestHeap heap;
  private long heldBytes;

  /** What the instance keeps beside its memory, such as tables; in {@link #heldBytes} too. */
  private long besideBytes;

  /** What is left of the slice; compiled code keeps it in a local variable while it runs. */
  int fuel;

  private long reserve;
  private long fuelLimit;
  private long deadlineNanos;
  private Cancellation cancellation = new Cancellation();
  private GuestBudget.Pacer pacer = () -> {};

  /** Why growth was refused last since {@link #begin}: the guest's own limit, or the node's. */
  private @Nullable Reason growthRefused;

  private int peakPages;
  private long restedNanos;
  private long copiedBytes;

  /**
   * @param initialPages pages that it starts with, at most {@code maximumPages}
   * @param maximumPages pages that it may grow to, 0 to 32,767
   * @param heap what its bytes are taken from; given back by {@link #close}
   * @throws GuestStopped if the heap has no room for it
   */
  FlatMemory(int initialPages, int maximumPages, GuestHeap heap, GuestBudget budget) {
    this.initialPages = initialPages;
    this.maximumPages = maximumPages;
    this.heap = heap;
    if (!take((long) initialPages * Limits.PAGE_BYTES)) {
      throw noRoom();
    }
    try {
      this.data = new byte[initialPages * Limits.PAGE_BYTES];
      this.dirty = dirtyMap(data.length);
    } catch (OutOfMemoryError e) {
      close();
      throw e;
    }
    this.base = data;
    begin(budget);
  }

  // ---- Fuel ----

  void begin(GuestBudget budget) {
    fuelLimit = budget.fuel();
    deadlineNanos = budget.deadlineNanos();
    cancellation = budget.cancellation();
    pacer = budget.pacer();
    growthRefused = null;
    peakPages = pages();
    restedNanos = 0;
    fuel = (int) Math.min(SLICE, fuelLimit);
    reserve = fuelLimit - fuel;
  }

  void charge(long units) {
    if (units <= fuel) {
      fuel -= (int) units;
    } else {
      nextSlice(fuel - units);
    }
  }

  /** Called by compiled code when the slice is used up. */
  void nextSlice() {
    nextSlice(fuel);
  }

  /**
   * Ends the guest if it has to end; else takes from the reserve what was used beyond the slice,
   * and a slice to go on.
   *
   * @param left negative: what was used too much
   */
  private void nextSlice(long left) {
    pacer.pause();
    requireTime();
    long next = Math.min(reserve, SLICE - left);
    reserve -= next;
    fuel = (int) Math.max(left + next, -1);
    if (fuel < 0) {
      throw GuestStopped.because(
          Reason.FUEL_EXHAUSTED, "All " + fuelLimit + " units of fuel were used");
    }
  }

  private void requireTime() {
    if (cancellation.isCancelled()) {
      throw GuestStopped.because(Reason.CANCELLED, "The invocation was cancelled");
    }
    if (System.nanoTime() - deadlineNanos >= 0) {
      throw GuestStopped.because(Reason.DEADLINE_PASSED, "The time limit was reached");
    }
  }

  void restUntil(long nanoTime) {
    pacer.rest();
    long began = System.nanoTime();
    long left = nanoTime - began;
    while (left > 0) {
      LockSupport.parkNanos(left);
      left = nanoTime - System.nanoTime();
    }
    restedNanos += System.nanoTime() - began;
    pacer.resume();
  }

  boolean restUntilDone(CompletableFuture<?> work, long atMostNanos) {
    StackRoom.forALock();
    pacer.rest();
    long began = System.nanoTime();
    Thread guest = Thread.currentThread();
    Runnable wake = () -> LockSupport.unpark(guest);
    cancellation.onCancel(wake);
    var unused = work.whenComplete((done, failure) -> wake.run());
    try {
      long left = atMostNanos;
      while (!work.isDone() && left > 0) {
        requireTime();
        LockSupport.parkNanos(this, Math.min(left, deadlineNanos - System.nanoTime()));
        left = atMostNanos - (System.nanoTime() - began);
      }
    } finally {
      cancellation.forget(wake);
      restedNanos += System.nanoTime() - began;
      pacer.resume();
    }
    return work.isDone();
  }

  long restedNanos() {
    return restedNanos;
  }

  long copiedBytes() {
    return copiedBytes;
  }

  long fuelUsed() {
    return Math.min(fuelLimit, fuelLimit - reserve - fuel);
  }

  @Nullable Reason growthRefused() {
    return growthRefused;
  }

  long peakBytes() {
    return (long) peakPages * Limits.PAGE_BYTES;
  }

  // ---- Heap ----

  long heldBytes() {
    return heldBytes;
  }

  private boolean take(long bytes) {
    if (!heap.reserve(bytes)) {
      return false;
    }
    heldBytes += bytes;
    return true;
  }

  /** Holds what the snapshot holds, now that nothing is grown. */
  private void settle() {
    adjust((long) base.length + image.length + besideBytes - heldBytes);
  }

  /** How an instance ends for which the heap has too little left. */
  static GuestStopped noRoom() {
    return GuestStopped.because(Reason.NO_ROOM, "The memory for guests is used up");
  }

  /**
   * Holds so many bytes of the heap beside the memory.
   *
   * @throws GuestStopped if it has no room for them
   */
  void requireBeside(long bytes) {
    if (!takeBeside(bytes)) {
      throw noRoom();
    }
  }

  /** Holds so many bytes of the heap beside the memory; false, and none, when it has no room. */
  boolean takeBeside(long bytes) {
    if (!take(bytes)) {
      return false;
    }
    besideBytes += bytes;
    return true;
  }

  /** Holds so many bytes beside the memory more, or fewer, without asking. */
  void adjustBeside(long bytes) {
    adjust(bytes);
    besideBytes += bytes;
  }

  private void adjust(long bytes) {
    heap.adjust(bytes);
    heldBytes += bytes;
  }

  /** Gives its bytes back to the heap; the memory must not be used any more. */
  void close() {
    adjust(-heldBytes);
  }

  // ---- Snapshot ----

  /**
   * Remembers the present state.
   *
   * @throws GuestStopped if the heap has no room for the copy; the snapshot before is gone then,
   *     and the memory of no further use
   */
  void snapshot() {
    int used = usedBytes(data);
    image = new byte[0]; // before its place is given back
    base = data;
    settle();
    if (!take(used)) {
      throw noRoom();
    }
    try {
      image = Arrays.copyOf(data, used);
      dirty = dirtyMap(data.length);
    } catch (OutOfMemoryError e) {
      adjust(-used);
      throw noRoom();
    }
    baseSegments = segments.clone();
    segmentDropped = false;
  }

  void reset() {
    if (data.length != base.length) {
      dirty = Arrays.copyOf(dirty, dirtyMap(base.length).length);
      data = base;
      settle();
    }
    int pages = dirty.length;
    int from = nextWritten(0);
    while (from < pages) {
      int to = from + 1;
      while (to < pages && dirty[to] != 0) {
        to++;
      }
      restore(from << DIRTY_SHIFT, Math.min((to << DIRTY_SHIFT) + STORE_OVERLAP, data.length));
      Arrays.fill(dirty, from, to, (byte) 0);
      from = nextWritten(to);
    }
    if (segmentDropped) {
      segments = baseSegments.clone();
      segmentDropped = false;
    }
  }

  /**
   * The first written page from this one on, or the number of pages. The JVM compares arrays 32 and
   * more bytes at a time: looking at each in turn took longer than a brief guest.
   */
  private int nextWritten(int page) {
    for (int from = page; from < dirty.length; from += CLEAN.length) {
      int to = Math.min(from + CLEAN.length, dirty.length);
      int clean = Arrays.mismatch(dirty, from, to, CLEAN, 0, to - from);
      if (clean >= 0) {
        return from + clean;
      }
    }
    return dirty.length;
  }

  private void restore(int from, int to) {
    int imageEnd = Math.clamp(image.length, from, to);
    if (imageEnd > from) {
      System.arraycopy(image, from, data, from, imageEnd - from);
    }
    Arrays.fill(data, imageEnd, to, (byte) 0);
  }

  /** The end of the last page that holds anything but zeros. */
  private static int usedBytes(byte[] data) {
    int end = data.length;
    while (end > 0 && (long) LONG.get(data, end - Long.BYTES) == 0) {
      end -= Long.BYTES;
    }
    return (end + DIRTY_BYTES - 1) & -DIRTY_BYTES;
  }

  /** One byte a page. */
  private static byte[] dirtyMap(int bytes) {
    return new byte[bytes >>> DIRTY_SHIFT];
  }

  private void markRange(int address, int length) {
    if (length > 0) {
      Arrays.fill(
          dirty, address >>> DIRTY_SHIFT, ((address + length - 1) >>> DIRTY_SHIFT) + 1, (byte) 1);
    }
  }

  // ---- Size ----

  @Override
  public int pages() {
    return data.length / Limits.PAGE_BYTES;
  }

  @Override
  public int grow(int size) {
    int before = pages();
    if (size == 0) {
      return before;
    }
    if (size < 0 || size > maximumPages - before) {
      growthRefused = Reason.MEMORY_EXCEEDED;
      return -1;
    }
    int after = before + size;
    chargeBulk(after * (long) Limits.PAGE_BYTES);
    // The snapshot's array is kept for reset; one that was grown already is not.
    int kept = data.length == base.length ? 0 : before;
    long bytes = (after - kept) * (long) Limits.PAGE_BYTES;
    if (!take(bytes)) {
      growthRefused = Reason.NO_ROOM;
      return -1;
    }
    try {
      byte[] grown = Arrays.copyOf(data, after * Limits.PAGE_BYTES);
      dirty = Arrays.copyOf(dirty, dirtyMap(grown.length).length);
      data = grown;
    } catch (OutOfMemoryError e) {
      adjust(-bytes);
      growthRefused = Reason.NO_ROOM; // the host's heap has no room, which the guest may handle
      return -1;
    }
    peakPages = Math.max(peakPages, after);
    return before;
  }

  @Override
  public int initialPages() {
    return initialPages;
  }

  @Override
  public int maximumPages() {
    return maximumPages;
  }

  @Override
  public boolean shared() {
    return false;
  }

  // ---- Segments ----

  @Override
  public void initialize(Instance instance, DataSegment @Nullable [] dataSegments) {
    initialize(instance, dataSegments, 0);
  }

  @Override
  public void initialize(
      Instance instance, DataSegment @Nullable [] dataSegments, int memoryIndex) {
    segments = dataSegments == null ? new DataSegment[0] : dataSegments.clone();
    for (DataSegment segment : segments) {
      if (segment instanceof ActiveDataSegment active) {
        int offset =
            (int) ConstantEvaluators.computeConstantValue(instance, active.offsetInstructions())[0];
        byte[] bytes = active.data();
        if (offset < 0 || bytes.length > data.length - offset) {
          throw new UninstantiableException("a data segment lies outside the memory");
        }
        markRange(offset, bytes.length);
        System.arraycopy(bytes, 0, data, offset, bytes.length);
      }
    }
    // Active segments are dropped once they are copied (Wasm Core 2.0, 4.5.4).
    Arrays.setAll(
        segments,
        i -> segments[i] instanceof ActiveDataSegment ? PassiveDataSegment.EMPTY : segments[i]);
  }

  @Override
  public void initPassiveSegment(int segment, int destination, int offset, int size) {
    byte[] source = segments[segment].data();
    if (offset < 0 || size < 0 || offset > source.length - size) {
      throw outOfBounds();
    }
    write(destination, source, offset, size);
  }

  @Override
  public void drop(int segment) {
    segmentDropped = true;
    segments[segment] = PassiveDataSegment.EMPTY;
  }

  // ---- The host's view ----

  @Override
  public long sizeBytes() {
    return data.length;
  }

  @Override
  public byte[] read(int pointer, int length) {
    checkRange(pointer, length);
    chargeCopy(length);
    return Arrays.copyOfRange(data, pointer, pointer + length);
  }

  @Override
  public String readText(int pointer, int length) {
    checkRange(pointer, length);
    chargeCopy(length);
    return new String(data, pointer, length, StandardCharsets.UTF_8);
  }

  @Override
  public byte[] readBytes(int pointer, int length) {
    return read(pointer, length);
  }

  @Override
  public void write(int pointer, byte[] source, int offset, int length) {
    checkRange(pointer, length);
    chargeCopy(length);
    markRange(pointer, length);
    System.arraycopy(source, offset, data, pointer, length);
  }

  @Override
  public void zero() {
    markRange(0, data.length);
    Arrays.fill(data, (byte) 0);
  }

  @Override
  public void fill(byte value, int from, int to) {
    int length = to - from;
    checkRange(from, length);
    chargeBulk(length);
    markRange(from, length);
    Arrays.fill(data, from, to, value);
  }

  @Override
  public void copy(int destination, int source, int length) {
    checkRange(destination, length);
    checkRange(source, length);
    chargeBulk(length);
    markRange(destination, length);
    System.arraycopy(data, source, data, destination, length);
  }

  private void chargeBulk(long bytes) {
    charge(bytes / BULK_BYTES_PER_FUEL);
  }

  private void chargeCopy(int bytes) {
    copiedBytes += bytes;
    chargeBulk(bytes);
  }

  private void checkRange(int pointer, int length) {
    if (pointer < 0 || length < 0 || length > data.length - pointer) {
      throw outOfBounds();
    }
  }

  static GuestStopped outOfBounds() {
    return GuestStopped.trapped("out of bounds memory access");
  }

  // ---- Loads and stores one by one ----

  @Override
  public byte read(int address) {
    return GuestCode.load8(address, 0, data);
  }

  @Override
  public short readShort(int address) {
    return GuestCode.load16(address, 0, data);
  }

  @Override
  public int readInt(int address) {
    return GuestCode.load32(address, 0, data);
  }

  @Override
  public long readLong(int address) {
    return GuestCode.load64(address, 0, data);
  }

  @Override
  public float readFloat(int address) {
    return GuestCode.loadFloat(address, 0, data);
  }

  @Override
  public double readDouble(int address) {
    return GuestCode.loadDouble(address, 0, data);
  }

  @Override
  public long readU16(int address) {
    return Short.toUnsignedLong(readShort(address));
  }

  @Override
  public long readF32(int address) {
    return readInt(address);
  }

  @Override
  public long readF64(int address) {
    return readLong(address);
  }

  @Override
  public void writeByte(int address, byte value) {
    GuestCode.store8(address, value, 0, data, dirty);
  }

  @Override
  public void writeShort(int address, short value) {
    GuestCode.store16(address, value, 0, data, dirty);
  }

  @Override
  public void writeI32(int address, int value) {
    GuestCode.store32(address, value, 0, data, dirty);
  }

  @Override
  public void writeLong(int address, long value) {
    GuestCode.store64(address, value, 0, data, dirty);
  }

  @Override
  public void writeF32(int address, float value) {
    GuestCode.storeFloat(address, value, 0, data, dirty);
  }

  @Override
  public void writeF64(int address, double value) {
    GuestCode.storeDouble(address, value, 0, data, dirty);
  }

  // ---- Threads: shared memories are refused before a module is loaded, so nobody can wait. ----

  /** One thread runs the guest, so an atomic access needs no lock; any object serves. */
  @Override
  public Object lock(int address) {
    return this;
  }

  @Override
  public int waitOn(int address, int expected, long timeout) {
    throw GuestStopped.trapped("atomic wait on a memory that is not shared");
  }

  @Override
  public int waitOn(int address, long expected, long timeout) {
    throw GuestStopped.trapped("atomic wait on a memory that is not shared");
  }

  @Override
  public int notify(int address, int maxThreads) {
    return 0;
  }
}
