package dev.leat.engine.chicory;

import com.dylibso.chicory.runtime.Memory;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * What rewritten guest code calls: fuel, and loads and stores of the flat memory. Small enough that
 * the JVM inlines all of it. Public because that code lives in a class loader of its own; the
 * memory is always a {@link FlatMemory}, and typed wider because generated code has it so.
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
   * @param offset at least 0
   */
  private static int address(int base, int offset) {
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

  // ---- The same by way of the memory, which is shorter, for functions near the JVM's limit ----

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
