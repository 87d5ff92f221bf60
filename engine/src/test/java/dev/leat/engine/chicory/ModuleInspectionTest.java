package dev.leat.engine.chicory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.contract.Finding;
import dev.leat.contract.GuestContract;
import dev.leat.contract.ModuleDigest;
import dev.leat.engine.ClassStore;
import dev.leat.engine.CompileBudget;
import dev.leat.engine.GuestHeap;
import dev.leat.engine.Inspection;
import dev.leat.engine.ModuleLimits;
import dev.leat.engine.ModuleRefused;
import dev.leat.engine.ModuleShape;
import dev.leat.engine.ModuleTampered;
import dev.leat.testkit.WasmBuilder;
import dev.leat.testkit.WasmCode;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import javax.crypto.SecretKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
final class ModuleInspectionTest {
  private static final ModuleLimits LIMITS =
      new ModuleLimits(100_000, 20, 2_000, 50, 300, 10, 5, 2, 100, 4, 6, 1_000);

  @Test
  void inspect_validModule_tellsItsShape() {
    byte[] module =
        new WasmBuilder()
            .importFunction("leat", "response_status", "(i32)->")
            .memory(1, 3)
            .export("handle", "(i32,i32)->i64", new WasmCode().i64Const(-1))
            .exportFunction("status", 0)
            .build();

    assertThat(inspect(module))
        .isEqualTo(
            new Inspection.Accepted(
                new ModuleShape(
                    List.of(new ModuleShape.Imported("leat", "response_status", "(i32)->")),
                    List.of(
                        new ModuleShape.Exported("handle", "(i32,i32)->i64"),
                        new ModuleShape.Exported("status", "(i32)->")),
                    java.util.Optional.of(new ModuleShape.MemoryShape(1, 3)))));
  }

  @Test
  void inspect_samples_areAccepted() {
    assertThat(Guests.samples())
        .isNotEmpty()
        .allSatisfy(sample ->
            assertThat(new ChicoryEngine(ModuleLimits.DEFAULT).inspect(Guests.TENANT, sample))
                .isInstanceOf(Inspection.Accepted.class));
  }

  @ParameterizedTest
  @CsvSource(
      value = {
        "'', no bytes",
        "00, one byte",
        "0061736d, no version",
        "0061736d02000000, another version",
        "0061736d0d000100, a component",
        "7f454c46010101000000, an ELF file",
        "ffffffffffffffffffff, noise"
      })
  void inspect_noModule_isRefused(String hex, String what) {
    assertThat(refusal(HexFormat.of().parseHex(hex))).as(what).contains("not a WebAssembly");
  }

  @Test
  void inspect_truncatedAnywhere_isRefused() {
    byte[] module =
        new WasmBuilder()
            .importFunction("leat", "fail", "(i32,i32)->")
            .memory(1, 2)
            .table(2, 4)
            .globalI32(true, 7)
            .function("()->i32", new WasmCode().locals(2, "i64").i32Const(1))
            .export("handle", "(i32,i32)->i64", new WasmCode().i64Const(-1))
            .elements(0, 1)
            .passiveElements(1, 2)
            .data(8, "text")
            .passiveData(new byte[] {1, 2, 3})
            .build();
    assertThat(inspect(module)).isInstanceOf(Inspection.Accepted.class);

    for (int length = 0; length < module.length; length++) {
      Inspection inspection = inspect(Arrays.copyOf(module, length));
      // A file may end between two sections; then what is missing is missing elsewhere.
      if (inspection instanceof Inspection.Accepted) {
        assertThat(length).isGreaterThan(module.length - 20);
      }
    }
  }

  @Test
  void inspect_typeError_isRefused() {
    assertThat(refusal(module(new WasmCode().i64Const(1)))).contains("does not validate");
  }

  @Test
  void inspect_importedMemory_isRefused() {
    assertThat(refusal(new WasmBuilder().importMemory("env", "memory", 1).build()))
        .contains("Only functions can be imported, this is a memory");
  }

  @ParameterizedTest
  @CsvSource({
    // (import "e" "t" (table 1 funcref)), (import "e" "g" (global i32)): one import section each
    "0061736d0100000002090101650174 017000 01, table",
    "0061736d0100000002080101650167 037f00, global"
  })
  void inspect_importedTableOrGlobal_isRefused(String hex, String what) {
    assertThat(refusal(HexFormat.of().parseHex(hex.replace(" ", ""))))
        .contains("Only functions can be imported, this is a " + what);
  }

  @ParameterizedTest
  @CsvSource({
    "0504010301 02, Shared memories",
    "0503010401, 64-bit memories",
    "050502 0001 0001, may have one memory",
    "0d03010000, Exception handling",
    "010401 5f00 00, structs or arrays",
    "010401 5e7f 00, structs or arrays",
    "0104014e0100, structs or arrays",
    "0409 01 40 00 70 00 01 d0 70 0b, initial value"
  })
  void inspect_unsupportedSection_isRefused(String hex, String reason) {
    String module = "0061736d01000000" + hex.replace(" ", "");
    assertThat(refusal(HexFormat.of().parseHex(module))).contains(reason);
  }

  @Test
  void inspect_secondMemorySection_isRefused() {
    assertThat(refusal(HexFormat.of().parseHex("0061736d01000000" + "0503010001" + "0503010001")))
        .contains("repeated or out of order");
  }

  @Test
  void inspect_noMemory_isRefused() {
    assertThat(refusal(new WasmBuilder().export("f", "()->", new WasmCode()).build()))
        .contains("must define a memory");
  }

  @Test
  void inspect_instructionThatAllocatesOnTheHost_isRefused() {
    // ref.i31, drop
    assertThat(refusal(module(new WasmCode().i32Const(1).op(0xfb, 0x1c).drop())))
        .contains("not supported");
  }

  /** A memory of no pages, and an export of what is not there: raw exceptions in their time. */
  @ParameterizedTest
  @CsvSource({
    "010401600000 03020100 050100 0701 0e02 066d656d6f7279 0200 0166 0005 0a0401 02000b, truncated",
    "010401600000 03020100 050100 070e02 066d656d6f7279 0200 0166 0005 0a040102000b, memory of the index 0",
    "010401600000 03020100 0503010001 070e02 066d656d6f7279 0200 0166 0005 0a040102000b, function of the index 5",
    "050100 070a01 066d656d6f7279 0200, must define a memory",
    "0503010001 0709 02 0161 0200 0161 0200, exports this name twice",
    "0503010001 0705 01 0167 0300, global of the index 0",
    "0503010001 0705 01 0174 0107, table of the index 7",
    "0503010001 0709 01 0166 00 ffffffff0f, function of the index 4294967295",
    "010401600000 0207 01 0165 0166 00 05 0503010001, type of the index 5"
  })
  void inspect_whatIsNotThere_isRefusedForThatAndLeavesNothing(String hex, String reason) {
    byte[] module = HexFormat.of().parseHex("0061736d01000000" + hex.replace(" ", ""));
    CountingClassStore classes = new CountingClassStore();
    ChicoryEngine engine =
        new ChicoryEngine(
            ModuleLimits.DEFAULT, CompileBudget.ofThisJvm(), classes, GuestHeap.unbounded());

    assertThat(engine.inspectAndCompile(Guests.TENANT, module))
        .isInstanceOf(Inspection.Refused.class)
        .asString()
        .contains(reason);
    assertThat(refusal(module)).contains(reason);
    assertThat(classes.saved).isZero();
  }

  @Test
  void inspect_tooLargeAFile_isRefused() {
    assertThat(refusal(new WasmBuilder().memory(1).custom("x", new byte[100_000]).build()))
        .contains("at most 100000 are allowed");
  }

  @Test
  void inspect_tooManyFunctions_isRefused() {
    WasmBuilder module = new WasmBuilder().memory(1);
    for (int i = 0; i <= LIMITS.functions(); i++) {
      module.function("()->", new WasmCode());
    }
    assertThat(refusal(module.build())).contains("21 functions, at most 20");
  }

  @Test
  void inspect_tooLongABody_isRefused() {
    WasmCode code = new WasmCode();
    for (int i = 0; i < LIMITS.bodyBytes(); i++) {
      code.op(0x01);
    }
    assertThat(refusal(module(code))).contains("2002 bytes, at most 2000");
  }

  @Test
  void inspect_tooManyLocals_isRefused() {
    assertThat(refusal(module(new WasmCode().locals(30, "i32").locals(21, "f64"))))
        .contains("51 locals of function 0, at most 50");
  }

  @Test
  void inspect_tooManyLocalsOfAllFunctions_isRefused() {
    WasmBuilder module = new WasmBuilder().memory(1);
    for (int i = 0; i < 7; i++) {
      module.function("()->", new WasmCode().locals(50, "i32"));
    }
    assertThat(refusal(module.build())).contains("350 locals of all functions, at most 300");
  }

  @Test
  void inspect_localsBomb_isRefusedBeforeItIsBuilt() {
    WasmBuilder module = new WasmBuilder().memory(1);
    for (int i = 0; i < 10_000; i++) {
      module.function("()->", new WasmCode().locals(50_000, "i64"));
    }
    byte[] bomb = module.build();
    assertThat(bomb.length).isLessThan(120_000);

    assertThat(new ChicoryEngine(ModuleLimits.DEFAULT).inspect(Guests.TENANT, bomb))
        .asString()
        .contains("50000 locals of function 0, at most 5000");
  }

  @Test
  void inspect_tooManyBranchTargets_isRefused() {
    WasmCode code = new WasmCode().block().i32Const(0).op(0x0e, 11);
    for (int i = 0; i <= 11; i++) {
      code.op(0);
    }
    assertThat(refusal(module(code.end()))).contains("br_table").contains("at most 10");
  }

  @Test
  void inspect_tooManyGlobals_isRefused() {
    WasmBuilder module = new WasmBuilder().memory(1);
    for (int i = 0; i < 6; i++) {
      module.globalI32(true, i);
    }
    assertThat(refusal(module.build())).contains("6 globals, at most 5");
  }

  @Test
  void inspect_tooManyTables_isRefused() {
    assertThat(refusal(new WasmBuilder().memory(1).table(1).table(1).table(1).build()))
        .contains("3 tables, at most 2");
  }

  @Test
  void inspect_tooManyTableEntries_isRefused() {
    assertThat(refusal(new WasmBuilder().memory(1).table(1).table(101).build()))
        .contains("101 table entries, at most 100");
  }

  @Test
  void inspect_tooManyMemoryPages_isRefused() {
    assertThat(refusal(new WasmBuilder().memory(5).build())).contains("5 of 64 KiB, at most 4");
  }

  @Test
  void inspect_tooManySegments_isRefused() {
    WasmBuilder data = new WasmBuilder().memory(1);
    WasmBuilder elements = new WasmBuilder().memory(1).table(1).function("()->", new WasmCode());
    for (int i = 0; i < 7; i++) {
      data.data(0, "x");
      elements.elements(0, 0);
    }
    assertThat(refusal(data.build())).contains("7 data segments, at most 6");
    assertThat(refusal(elements.build())).contains("7 element segments, at most 6");
  }

  @Test
  void inspect_tooMuchData_isRefused() {
    assertThat(
            refusal(
                new WasmBuilder()
                    .memory(1)
                    .data(0, new byte[500])
                    .passiveData(new byte[501])
                    .build()))
        .contains("data of all segments: The module has 1001 bytes, at most 1000");
  }

  @ParameterizedTest
  @CsvSource({
    "0106 01 60 ff ff ff 07, parameters",
    "0107 01 60 00 ff ff ff 07, results",
    "0106 ff ff ff ff 07 60, types",
    "0205 ff ff ff ff 07, imports",
    "0705 ff ff ff ff 07, exports",
    "0907 01 01 00 ff ff ff 07, entries of all element segments",
    "0908 01 00 41 00 0b ff ff 7f, entries of all element segments",
    "0b06 01 01 ff ff ff 07, truncated",
    "0a05 ff ff ff ff 07, functions"
  })
  void inspect_countWithoutTheContent_isRefusedBeforeItIsAllocated(String hex, String what) {
    String module = "0061736d01000000" + hex.replace(" ", "");
    assertThat(refusal(HexFormat.of().parseHex(module))).contains(what);
  }

  @Test
  void inspect_tooMuchCodeInAll_isRefusedBeforeItIsParsed() {
    WasmCode code = new WasmCode();
    for (int i = 0; i < 200_000; i++) {
      code.op(0x01);
    }
    WasmBuilder module = new WasmBuilder().memory(1);
    for (int i = 0; i < 32; i++) {
      module.function("()->", code);
    }

    assertThat(
            new ChicoryEngine(ModuleLimits.DEFAULT)
                .inspect(Guests.TENANT, module.build())
                .toString())
        .contains("bytes of code, at most 6291456");
  }

  @Test
  void inspect_longNameSection_isNotRead() {
    // A million function names in descending order, which a sorted list would take minutes for.
    java.io.ByteArrayOutputStream names = new java.io.ByteArrayOutputStream();
    int count = 1_000_000;
    for (int i = count; i > 0; i--) {
      names.write(0x80 | i & 0x7f);
      names.write(0x80 | i >> 7 & 0x7f);
      names.write(i >> 14);
      names.write(0);
    }
    byte[] content = names.toByteArray();
    byte[] head = {
      1,
      (byte) (0x80 | content.length + 3 & 0x7f),
      (byte) (0x80 | content.length + 3 >> 7 & 0x7f),
      (byte) (0x80 | content.length + 3 >> 14 & 0x7f),
      (byte) (content.length + 3 >> 21),
      (byte) (0x80 | count & 0x7f),
      (byte) (0x80 | count >> 7 & 0x7f),
      (byte) (count >> 14)
    };
    byte[] section = Arrays.copyOf(head, head.length + content.length);
    System.arraycopy(content, 0, section, head.length, content.length);
    byte[] module = new WasmBuilder().memory(1).custom("name", section).build();

    assertThat(new ChicoryEngine(ModuleLimits.DEFAULT).inspect(Guests.TENANT, module))
        .isInstanceOf(Inspection.Accepted.class);
  }

  @Test
  void inspect_blocksNestedDeeply_neverThrows() {
    WasmCode code = new WasmCode();
    for (int i = 0; i < 50_000; i++) {
      code.block();
    }
    for (int i = 0; i < 50_000; i++) {
      code.end();
    }
    byte[] module = module(code);

    Inspection inspection =
        new ChicoryEngine(ModuleLimits.DEFAULT).inspectAndCompile(Guests.TENANT, module);

    assertThat(inspection).isNotNull();
  }

  @Test
  void mismatches_everyMissingPart_isNamed() {
    Inspection inspection =
        inspect(
            new WasmBuilder()
                .importFunction("leat", "exec", "(i32)->")
                .importFunction("leat", "log", "(i32)->")
                .importFunction("wasi_snapshot_preview1", "fd_write", "(i32)->i32")
                .importFunction("wasi_snapshot_preview1", "fork", "()->i32")
                .hiddenMemory(1)
                .export("handle", "(i64)->i64", new WasmCode().i64Const(-1))
                .build());

    assertThat(((Inspection.Accepted) inspection).shape().mismatches(GuestContract.HANDLER))
        .extracting(Finding::toString)
        .anyMatch(finding -> finding.contains("export its memory"))
        .anyMatch(finding -> finding.contains("needs the export allocate (i32)->i32"))
        .anyMatch(finding -> finding.contains("'handle' has the type (i64)->i64"))
        .anyMatch(finding -> finding.contains("leat.exec"))
        .anyMatch(finding -> finding.contains("the host offers it as (i32,i32,i32)->"))
        .anyMatch(finding -> finding.contains("WASI preview 1 defines it as"))
        .anyMatch(finding -> finding.contains("has no such function"))
        .hasSize(7);
  }

  @Test
  void load_functionTooLargeForAJvmMethod_isRefusedAndNotInterpreted() {
    WasmCode code = new WasmCode().locals(1, "i32");
    for (int i = 0; i < 15_000; i++) {
      code.localGet(0).i32Const(100_000).i32Add().localSet(0);
    }
    byte[] module = module(code);

    assertThatThrownBy(() -> Guests.load(module))
        .isInstanceOf(ModuleRefused.class)
        .hasMessageContaining("exceeds the Java method size limits");
  }

  @Test
  void load_functionTooLargeOnceItIsMetered_isRefused() {
    // Each of its branches gets a tick, which is what makes it too large.
    for (int branches = 500; branches < 2_000; branches += 150) {
      WasmCode code = new WasmCode().locals(1, "i32");
      for (int i = 0; i < branches; i++) {
        code.block().localGet(0).brIf(0);
        for (int step = 0; step < 6; step++) {
          code.localGet(0).i32Const(1).i32Add().localSet(0);
        }
        code.end();
      }
      byte[] module = module(code);
      try {
        Guests.instance(Guests.load(module));
      } catch (ModuleRefused refused) {
        assertThat(refused).hasMessageContaining("cannot be compiled");
      }
    }
  }

  @Test
  void load_otherBytesThanTheDigest_isRefused() {
    byte[] module = new WasmBuilder().memory(1).build();
    ModuleDigest other = ModuleDigest.of("other".getBytes(StandardCharsets.UTF_8));

    assertThatThrownBy(() -> new ChicoryEngine(LIMITS).load(Guests.TENANT, other, module))
        .isInstanceOf(ModuleTampered.class)
        .hasMessageContaining("were changed");
  }

  private static byte[] module(WasmCode code) {
    return new WasmBuilder().memory(1).export("f", "()->", code).build();
  }

  private static Inspection inspect(byte[] module) {
    return new ChicoryEngine(LIMITS).inspect(Guests.TENANT, module);
  }

  private static String refusal(byte[] module) {
    Inspection inspection = inspect(module);
    assertThat(inspection).isInstanceOf(Inspection.Refused.class);
    return ((Inspection.Refused) inspection).findings().toString();
  }

  private static final class CountingClassStore implements ClassStore {
    private int saved;

    @Override
    public Optional<byte[]> load(ModuleDigest module, String format) {
      return Optional.empty();
    }

    @Override
    public void save(ModuleDigest module, String format, byte[] compiled) {
      saved++;
    }

    @Override
    public void delete(ModuleDigest module) {}

    @Override
    public SecretKey key() {
      return ClassStore.none().key();
    }
  }
}
