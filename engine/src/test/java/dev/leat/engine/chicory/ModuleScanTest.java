package dev.leat.engine.chicory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.management.ThreadMXBean;
import dev.leat.engine.Inspection;
import dev.leat.engine.ModuleLimits;
import dev.leat.engine.ModuleRefused;
import dev.leat.testkit.WasmBuilder;
import dev.leat.testkit.WasmBytes;
import dev.leat.testkit.WasmCode;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a file claims is believed only within the bounds, and costs no memory before. */
final class ModuleScanTest {
  private static final int MODULE_BYTES = 30 << 20;

  /** Arrays of what the bounds allow, and exceptions; far below what any claim here is of. */
  private static final long ALLOCATED_MAX = 1 << 20;

  private static final String HEADER = "0061736d01000000";

  // ---- What is there ----

  @Test
  void check_tenMillionTypes_isRefusedAndAllocatesNothing() {
    byte[] module = filled(1, 10_000_000, 0x60, 0, 0);

    assertThat(refusedCheaply(module)).contains("10000000 types, at most 1000");
  }

  @ParameterizedTest
  @CsvSource({
    "2, 'f 0 0 0 0', 7000000 imports",
    "3, '0', 30000000 functions",
    "6, '7f 0 41 0 0b', 6000000 globals",
    "7, '1 61 0 0', 7000000 exports",
    "9, '1 0 0', 10000000 element segments",
    "11, '1 0', 15000000 data segments"
  })
  void check_millionsOfAKind_isRefusedAndAllocatesNothing(int section, String part, String what) {
    int count = Integer.parseInt(what.substring(0, what.indexOf(' ')));
    int[] bytes =
        Arrays.stream(part.split(" ", -1)).mapToInt(word -> Integer.parseInt(word, 16)).toArray();

    assertThat(refusedCheaply(filled(section, count, bytes))).contains(what);
  }

  @Test
  void check_entriesOfManySegments_areCountedTogether() {
    WasmBytes segments = new WasmBytes().unsigned(3_000);
    WasmBytes segment = new WasmBytes().raw(1, 0).unsigned(9_000).bytes(new byte[9_000]);
    for (int i = 0; i < 3_000; i++) {
      segments.append(segment);
    }

    assertThat(refusedCheaply(module(9, segments)))
        .contains("108000 entries of all element segments, at most 100000");
  }

  @Test
  void check_millionsOfCustomSections_isRefused() {
    byte[] module = new byte[MODULE_BYTES];
    System.arraycopy(module(1, new WasmBytes().raw(0)), 0, module, 0, 8);
    for (int at = 8; at + 3 <= module.length; at += 3) {
      module[at + 1] = 1;
    }

    assertThat(refusedCheaply(Arrays.copyOf(module, module.length / 3 * 3 + 2)))
        .contains("more than 1000 custom sections");
  }

  @Test
  void check_constantOfMillionsOfInstructions_isRefused() {
    byte[] module = filled(6, 1, 0x7f, 0);
    for (int at = 16; at + 2 <= module.length; at += 2) {
      module[at] = 0x41;
    }

    assertThat(refusedCheaply(module)).contains("more than 16 instructions");
  }

  @Test
  void check_sectionsRepeated_areRefused() {
    WasmBytes types = new WasmBytes().unsigned(1_000);
    for (int i = 0; i < 1_000; i++) {
      types.raw(0x60, 0, 0);
    }
    WasmBytes module = new WasmBytes().bytes(module(1, types));
    for (int i = 0; i < 1_000; i++) {
      module.raw(1).unsigned(types.size()).append(types);
    }

    assertThat(refusedCheaply(module.toByteArray())).contains("repeated or out of order");
  }

  // ---- What is only claimed ----

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 9, 10, 11})
  void check_countsThatNothingFollows_areRefused(int section) {
    for (int claimed : new int[] {1_000, 0x0fff_ffff, -1}) {
      String refusal = refusedCheaply(module(section, new WasmBytes().unsigned(claimed)));
      assertThat(refusal).matches(".*(truncated|at most|may have one memory).*");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "07 06 01 ff ff ff ff 07", // an export's name of 2 GB
        "02 06 01 ff ff ff ff 07", // an import's
        "00 05 ff ff ff ff 07", // a custom section's
        "00 02 05 61", // longer than its section
        "01 07 01 60 ff ff ff ff 07" // parameters
      })
  void check_lengthsThatNothingFollows_areRefused(String hex) {
    assertThat(refusedCheaply(bytes(hex))).matches(".*(truncated|longer than|at most 1000).*");
  }

  /** Found by a fuzzer: an {@code else} where no block is open any more. */
  @ParameterizedTest
  @ValueSource(ints = {0x05, 0x0b, 0x01, 0x02})
  void check_instructionsBehindTheEndOfAFunction_areRefused(int opcode) {
    byte[] module =
        new WasmBuilder().memory(1).function("()->", new WasmCode().op(0x0b, opcode)).build();

    assertThat(refusedCheaply(module)).contains("Instructions follow the end of a function");
  }

  @Test
  void check_importWithoutAnyName_isSaid() {
    byte[] module =
        new WasmBuilder()
            .importFunction("", "", "()->")
            .memory(1)
            .function("()->", new WasmCode())
            .build();

    assertThat(refusedCheaply(module)).contains("without a module and a name");
  }

  @Test
  void check_twoMemories_areRefusedWhereverTheyComeFrom() {
    assertThat(refusedCheaply(bytes("05 05 02 00 01 00 01"))).contains("this one has 2");
    assertThat(refusedCheaply(bytes("02 06 01 00 00 02 00 01 05 03 01 00 01")))
        .contains("this one has 2");
  }

  // ---- What declarations take ----

  /** What was found live of each kind when a module of them was read, a part of it. */
  @Test
  void need_everyKindOfDeclaration_isAtLeastWhatWasMeasured() {
    assertThat(declared(filledExactly(6, 10_000, 0x7f, 0, 0x41, 0, 0x0b)) / 10_000)
        .isBetween(129L, 600L);
    assertThat(declared(filledExactly(7, 10_000, 1, 0x61, 0, 0)) / 10_000).isBetween(69L, 300L);
    assertThat(declared(filledExactly(11, 50_000, 1, 0)) / 50_000).isBetween(140L, 300L);
    WasmBytes entries = new WasmBytes().raw(1, 1, 0).unsigned(100_000).bytes(new byte[100_000]);
    assertThat(declared(module(9, entries)) / 100_000).isBetween(99L, 150L);
    WasmBytes type = new WasmBytes().raw(1, 0x60).unsigned(1_000);
    for (int i = 0; i < 1_000; i++) {
      type.raw(0x7f);
    }
    assertThat(declared(module(1, type.raw(0))) / 1_000).isBetween(35L, 60L);
  }

  private static long declared(byte[] module) {
    return ModuleScan.check(module, ModuleLimits.DEFAULT).declarationBytes();
  }

  /** Why it is refused; fails if finding that out took more than a little memory. */
  private static String refusedCheaply(byte[] module) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    ModuleRefused refused =
        catchThrowableOfType(
            ModuleRefused.class, () -> ModuleScan.check(module, ModuleLimits.DEFAULT));
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(ALLOCATED_MAX);
    assertThat(refused).isNotNull();
    assertThat(new ChicoryEngine(ModuleLimits.DEFAULT).inspectAndCompile(Guests.TENANT, module))
        .isInstanceOf(Inspection.Refused.class);
    return refused.findings().toString();
  }

  /** A module of about 30 MB whose section has this part so many times. */
  private static byte[] filled(int section, int count, int... part) {
    byte[] content = new byte[MODULE_BYTES];
    byte[] counted = new WasmBytes().unsigned(count).toByteArray();
    System.arraycopy(counted, 0, content, 0, counted.length);
    for (int i = 0, at = counted.length; i < count && at + part.length <= content.length; i++) {
      for (int b : part) {
        content[at++] = (byte) b;
      }
    }
    return module(section, new WasmBytes().bytes(content));
  }

  private static byte[] filledExactly(int section, int count, int... part) {
    WasmBytes content = new WasmBytes().unsigned(count);
    for (int i = 0; i < count; i++) {
      content.raw(part);
    }
    return module(section, content);
  }

  private static byte[] module(int section, WasmBytes content) {
    return new WasmBytes()
        .bytes(bytes(""))
        .raw(section)
        .unsigned(content.size())
        .append(content)
        .toByteArray();
  }

  private static byte[] bytes(String hex) {
    return java.util.HexFormat.of().parseHex(HEADER + hex.replace(" ", ""));
  }
}
