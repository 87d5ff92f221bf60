package dev.leat.engine.chicory;

import com.dylibso.chicory.runtime.Memory;

/**
 * What rewritten guest code calls: fuel, and loads and stores of the flat memory. Small enough that
 * the JVM inlines all of it. Public because that code lives in a class loader of its own; the
 * memory is always a {@link FlatMemory}, and typed wider because generated code has it so.
 *
 * <p>A function keeps its fuel and its memory's arrays in local variables while it runs. Fuel in a
 * field would be a load and a store that wait for each other in every turn of a loop.
 */
public final class GuestCode {
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

  /** Goes on with the fuel, if there is any. */
  public static int tick(int fuel, Memory memory) {
    if (fuel >= 0) {
      return fuel;
    }
    FlatMemory flat = (FlatMemory) memory;
    flat.fuel = fuel;
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
    return base < 0 ? base : base + offset;
  }

  public static byte load8(int base, int offset, byte[] data) {
    return FlatMemory.load8(data, address(base, offset));
  }

  public static short load16(int base, int offset, byte[] data) {
    return FlatMemory.load16(data, address(base, offset));
  }

  public static int load32(int base, int offset, byte[] data) {
    return FlatMemory.load32(data, address(base, offset));
  }

  public static long load64(int base, int offset, byte[] data) {
    return FlatMemory.load64(data, address(base, offset));
  }

  public static float loadFloat(int base, int offset, byte[] data) {
    return FlatMemory.loadFloat(data, address(base, offset));
  }

  public static double loadDouble(int base, int offset, byte[] data) {
    return FlatMemory.loadDouble(data, address(base, offset));
  }

  public static void store8(int base, byte value, int offset, byte[] data, byte[] dirty) {
    FlatMemory.store8(data, dirty, address(base, offset), value);
  }

  public static void store16(int base, short value, int offset, byte[] data, byte[] dirty) {
    FlatMemory.store16(data, dirty, address(base, offset), value);
  }

  public static void store32(int base, int value, int offset, byte[] data, byte[] dirty) {
    FlatMemory.store32(data, dirty, address(base, offset), value);
  }

  public static void store64(int base, long value, int offset, byte[] data, byte[] dirty) {
    FlatMemory.store64(data, dirty, address(base, offset), value);
  }

  public static void storeFloat(int base, float value, int offset, byte[] data, byte[] dirty) {
    FlatMemory.storeFloat(data, dirty, address(base, offset), value);
  }

  public static void storeDouble(int base, double value, int offset, byte[] data, byte[] dirty) {
    FlatMemory.storeDouble(data, dirty, address(base, offset), value);
  }
}
