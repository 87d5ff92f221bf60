package dev.leat.engine.chicory;

import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.Memory;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * What rewritten guest code calls: fuel, loads and stores of the flat memory, and what Chicory's
 * own operations get wrong. All but the bulk operations are small enough that the JVM inlines them.
 * Public because that code lives in a class loader of its own; the memory is always a {@link
 * FlatMemory}, and typed wider because generated code has it so.
 *
 * <p>A function keeps its fuel and its memory's arrays in local variables while it runs. Fuel in a
 * field would be a load and a store that wait for each other in every turn of a loop.
 */
public final class GuestCode {
  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle FLOAT =
      MethodHandles.byteArrayViewVarHandle(float[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle DOUBLE =
      MethodHandles.byteArrayViewVarHandle(double[].class, ByteOrder.LITTLE_ENDIAN);

  private GuestCode() {}

  // ---- Fuel ----

  /** What is left of the slice; negative when it is used up. */
  public static int fuel(Memory memory) {
    return ((FlatMemory) memory).fuel;
  }

  /** Keeps the fuel before something else looks at it. */
  public static void keep(Memory memory, int fuel) {
    ((FlatMemory) memory).fuel = fuel;
  }

  /** Keeps the fuel before another function takes it over, if there is any. */
  public static void pass(Memory memory, int fuel) {
    FlatMemory flat = (FlatMemory) memory;
    flat.fuel = fuel;
    if (fuel < 0) {
      flat.nextSlice();
    }
  }

  /** Goes on with the fuel, if there is any. The store is for a trap; nothing waits for it. */
  public static int tick(int fuel, Memory memory) {
    FlatMemory flat = (FlatMemory) memory;
    flat.fuel = fuel;
    if (fuel >= 0) {
      return fuel;
    }
    flat.nextSlice();
    return flat.fuel;
  }

  // ---- Memory: data and dirty hold until a call, which may grow the memory ----

  public static byte[] data(Memory memory) {
    return ((FlatMemory) memory).data;
  }

  public static byte[] dirty(Memory memory) {
    return ((FlatMemory) memory).dirty;
  }

  /**
   * The address of an access; negative when it lies beyond 2 GiB, where no memory reaches, so that
   * the array refuses it.
   *
   * @param base unsigned
   * @param offset unsigned; a constant of the code, so that the JVM tests it when it compiles
   */
  private static int address(int base, int offset) {
    if (offset < 0) {
      return offset;
    }
    return offset == 0 || base < 0 ? base : base + offset;
  }

  public static byte load8(int base, int offset, byte[] data) {
    try {
      return data[address(base, offset)];
    } catch (IndexOutOfBoundsException e) {
      throw FlatMemory.outOfBounds();
    }
  }

  public static short load16(int base, int offset, byte[] data) {
    try {
      return (short) SHORT.get(data, address(base, offset));
    } catch (IndexOutOfBoundsException e) {
      throw FlatMemory.outOfBounds();
    }
  }

  public static int load32(int base, int offset, byte[] data) {
    try {
      return (int) INT.get(data, address(base, offset));
    } catch (IndexOutOfBoundsException e) {
      throw FlatMemory.outOfBounds();
    }
  }

  public static long load64(int base, int offset, byte[] data) {
    try {
      return (long) LONG.get(data, address(base, offset));
    } catch (IndexOutOfBoundsException e) {
      throw FlatMemory.outOfBounds();
    }
  }

  public static float loadFloat(int base, int offset, byte[] data) {
    try {
      return (float) FLOAT.get(data, address(base, offset));
    } catch (IndexOutOfBoundsException e) {
      throw FlatMemory.outOfBounds();
    }
  }

  public static double loadDouble(int base, int offset, byte[] data) {
    try {
      return (double) DOUBLE.get(data, address(base, offset));
    } catch (IndexOutOfBoundsException e) {
      throw FlatMemory.outOfBounds();
    }
  }

  public static void store8(int base, byte value, int offset, byte[] data, byte[] dirty) {
    try {
      int address = address(base, offset);
      dirty[address >>> FlatMemory.DIRTY_SHIFT] = 1;
      data[address] = value;
    } catch (IndexOutOfBoundsException e) {
      throw FlatMemory.outOfBounds();
    }
  }

  public static void store16(int base, short value, int offset, byte[] data, byte[] dirty) {
    try {
      int address = address(base, offset);
      dirty[address >>> FlatMemory.DIRTY_SHIFT] = 1;
      SHORT.set(data, address, value);
    } catch (IndexOutOfBoundsException e) {
      throw FlatMemory.outOfBounds();
    }
  }

  public static void store32(int base, int value, int offset, byte[] data, byte[] dirty) {
    try {
      int address = address(base, offset);
      dirty[address >>> FlatMemory.DIRTY_SHIFT] = 1;
      INT.set(data, address, value);
    } catch (IndexOutOfBoundsException e) {
      throw FlatMemory.outOfBounds();
    }
  }

  public static void store64(int base, long value, int offset, byte[] data, byte[] dirty) {
    try {
      int address = address(base, offset);
      dirty[address >>> FlatMemory.DIRTY_SHIFT] = 1;
      LONG.set(data, address, value);
    } catch (IndexOutOfBoundsException e) {
      throw FlatMemory.outOfBounds();
    }
  }

  public static void storeFloat(int base, float value, int offset, byte[] data, byte[] dirty) {
    try {
      int address = address(base, offset);
      dirty[address >>> FlatMemory.DIRTY_SHIFT] = 1;
      FLOAT.set(data, address, value);
    } catch (IndexOutOfBoundsException e) {
      throw FlatMemory.outOfBounds();
    }
  }

  public static void storeDouble(int base, double value, int offset, byte[] data, byte[] dirty) {
    try {
      int address = address(base, offset);
      dirty[address >>> FlatMemory.DIRTY_SHIFT] = 1;
      DOUBLE.set(data, address, value);
    } catch (IndexOutOfBoundsException e) {
      throw FlatMemory.outOfBounds();
    }
  }

  // ---- Numbers that Java and WebAssembly do not agree on: a NaN that goes in signalling must not
  // ---- come out so (Wasm Core 2.0, 4.3.3). The canonical one is allowed wherever any quiet one
  // is.

  public static float min(float a, float b) {
    return Float.isNaN(a) || Float.isNaN(b) ? Float.NaN : Math.min(a, b);
  }

  public static float max(float a, float b) {
    return Float.isNaN(a) || Float.isNaN(b) ? Float.NaN : Math.max(a, b);
  }

  public static double min(double a, double b) {
    return Double.isNaN(a) || Double.isNaN(b) ? Double.NaN : Math.min(a, b);
  }

  public static double max(double a, double b) {
    return Double.isNaN(a) || Double.isNaN(b) ? Double.NaN : Math.max(a, b);
  }

  public static double ceil(double a) {
    return Double.isNaN(a) ? Double.NaN : Math.ceil(a);
  }

  public static double floor(double a) {
    return Double.isNaN(a) ? Double.NaN : Math.floor(a);
  }

  public static double trunc(double a) {
    return Double.isNaN(a) ? Double.NaN : a < 0 ? Math.ceil(a) : Math.floor(a);
  }

  // ---- Tables and segments ----

  public static void tableFill(int at, int value, int size, int table, Instance instance) {
    BoundedTable.of(instance, table).fill(at, value, size);
  }

  public static void tableCopy(
      int to, int from, int size, int table, int source, Instance instance) {
    BoundedTable.of(instance, table).copy(to, BoundedTable.of(instance, source), from, size);
  }

  public static void tableInit(
      int to, int from, int size, int segment, int table, Instance instance) {
    BoundedTable.of(instance, table).init(to, instance, segment, from, size);
  }

  public static void dataDrop(int segment, Instance instance) {
    instance.memory().drop(segment);
  }

  // ---- Loads and stores by way of the memory, which is shorter, for functions near the JVM's
  // limit ----

  public static byte load8(int base, int offset, Memory memory) {
    return load8(base, offset, data(memory));
  }

  public static short load16(int base, int offset, Memory memory) {
    return load16(base, offset, data(memory));
  }

  public static int load32(int base, int offset, Memory memory) {
    return load32(base, offset, data(memory));
  }

  public static long load64(int base, int offset, Memory memory) {
    return load64(base, offset, data(memory));
  }

  public static float loadFloat(int base, int offset, Memory memory) {
    return loadFloat(base, offset, data(memory));
  }

  public static double loadDouble(int base, int offset, Memory memory) {
    return loadDouble(base, offset, data(memory));
  }

  public static void store8(int base, byte value, int offset, Memory memory) {
    store8(base, value, offset, data(memory), dirty(memory));
  }

  public static void store16(int base, short value, int offset, Memory memory) {
    store16(base, value, offset, data(memory), dirty(memory));
  }

  public static void store32(int base, int value, int offset, Memory memory) {
    store32(base, value, offset, data(memory), dirty(memory));
  }

  public static void store64(int base, long value, int offset, Memory memory) {
    store64(base, value, offset, data(memory), dirty(memory));
  }

  public static void storeFloat(int base, float value, int offset, Memory memory) {
    storeFloat(base, value, offset, data(memory), dirty(memory));
  }

  public static void storeDouble(int base, double value, int offset, Memory memory) {
    storeDouble(base, value, offset, data(memory), dirty(memory));
  }
}
