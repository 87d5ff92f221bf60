package dev.leat.registry;

import dev.leat.testkit.WasmBuilder;
import dev.leat.testkit.WasmCode;

/** Small modules for the registry's tests. */
public final class GuestModules {
  private GuestModules() {}

  /** A module that fits the contract {@code handler}; another number makes another digest. */
  public static byte[] handler(int number) {
    return handler(number, 1);
  }

  public static byte[] handler(int number, int memoryPages) {
    return new WasmBuilder()
        .importFunction("leat", "response_status", "(i32)->")
        .memory(memoryPages)
        .export("allocate", "(i32)->i32", new WasmCode().i32Const(number))
        .export("handle", "(i32,i32)->i64", new WasmCode().i64Const(-1))
        .build();
  }

  /** A handler whose {@code handle} gives an i32 and which has no {@code allocate}. */
  public static byte[] misfit() {
    return new WasmBuilder()
        .memory(1)
        .export("handle", "(i32,i32)->i32", new WasmCode().i32Const(0))
        .build();
  }
}
