package dev.leat.engine.chicory;

import com.dylibso.chicory.runtime.Memory;

/**
 * What rewritten guest code calls at each call and back-edge. Public because that code lives in a
 * class loader of its own.
 */
public final class Fuel {
  private Fuel() {}

  /**
   * @param memory a {@link FlatMemory}; typed wider because generated code has it so
   * @param weight instructions since the last tick
   */
  public static void tick(Memory memory, int weight) {
    ((FlatMemory) memory).tick(weight);
  }
}
