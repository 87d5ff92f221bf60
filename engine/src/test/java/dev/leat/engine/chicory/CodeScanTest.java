package dev.leat.engine.chicory;

import static org.assertj.core.api.Assertions.assertThat;

import com.dylibso.chicory.wasm.WasmModule;
import com.dylibso.chicory.wasm.types.AnnotatedInstruction;
import com.dylibso.chicory.wasm.types.OpCode;
import dev.leat.engine.ModuleLimits;
import dev.leat.testkit.WasmBuilder;
import dev.leat.testkit.WasmCode;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What is counted without building anything is what the parser then builds. */
final class CodeScanTest {
  private static final long MIB = 1 << 20;

  @Test
  void need_samples_countsWhatTheParserFinds() {
    for (byte[] sample : Guests.samples()) {
      CompileNeed need = need(sample);
      WasmModule parsed = ModuleReader.read(sample);

      assertThat(need.functions()).isEqualTo(parsed.codeSection().functionBodyCount());
      assertThat(need.instructions()).isEqualTo(instructions(parsed).count());
      assertThat(need.branchTargets())
          .isEqualTo(
              instructions(parsed)
                  .filter(instruction -> instruction.opcode() == OpCode.BR_TABLE)
                  .mapToLong(AnnotatedInstruction::operandCount)
                  .sum());
      assertThat(need.heapBytes()).isLessThan(2 * MIB + 400L * sample.length);
    }
  }

  @Test
  void need_frameSlots_followTheStack() {
    WasmCode code =
        new WasmCode()
            .localGet(0)
            .localGet(0)
            .loop() // 1 local, 2 on the stack
            .i32Const(5)
            .i32Const(6)
            .call(0) // takes 2, gives 1
            .brIf(0) // 1 + 2
            .end() // 1 + 2
            .i32Add()
            .drop(); // its end: 1 + 0
    byte[] module =
        new WasmBuilder()
            .importFunction("leat", "probe", "(i32,i32)->i32")
            .memory(1)
            .export("run", "(i32)->", code)
            .build();

    assertThat(need(module).frameSlots()).isEqualTo(3 + 3 + 3 + 1);
  }

  /** The smallest heap in which code of each kind was found to compile, less that of none. */
  @Test
  void need_everyKindOfCode_isAtLeastWhatWasMeasured() {
    assertAtLeast(15 * MIB, HostileModules.additions(30_000, 0));
    assertAtLeast(54 * MIB, HostileModules.branchTables(200, 4_999));
    assertAtLeast(58 * MIB, HostileModules.branchesAmongLocals(5_000, 3_000));
    assertAtLeast(147 * MIB, HostileModules.branchesOnADeepStack(10_000, 2_000));
  }

  @Test
  void functionsPerClass_largerFunctions_areFewer() {
    List<Integer> perClass =
        Stream.of(
                HostileModules.additions(2_000, 0),
                HostileModules.additions(2_000, 200),
                HostileModules.branchTables(200, 4_999),
                HostileModules.additions(20, 30_000))
            .map(module -> need(module).functionsPerClass())
            .toList();

    assertThat(perClass).containsExactly(512, 248, 19, 1);
  }

  private static void assertAtLeast(long bytes, byte[] module) {
    assertThat(need(module).heapBytes()).isGreaterThanOrEqualTo(bytes);
  }

  private static CompileNeed need(byte[] module) {
    return new ModuleReader(ModuleLimits.DEFAULT).scan(module);
  }

  private static Stream<AnnotatedInstruction> instructions(WasmModule module) {
    return Arrays.stream(module.codeSection().functionBodies())
        .flatMap(body -> body.instructions().stream());
  }
}
