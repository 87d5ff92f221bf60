package dev.leat.registry.module;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.ModuleShape.Imported;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The imports that toolchains were seen to leave behind, and what helps. */
final class ImportRemedyTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          env                         | abort                | AssemblyScript asks for it: build with '--use abort='
          env                         | seed                 | AssemblyScript asks for it for Math.random
          env                         | trace                | build with '--use trace='
          env                         | console.log          | build with '--use console.log='
          env                         | memcmp               | include leat.h
          env                         | emscripten_memcpy_js | build with -sSTANDALONE_WASM
          env                         | __syscall_openat     | build with -sSTANDALONE_WASM
          env                         | invoke_ii            | build with -sSTANDALONE_WASM
          env                         | my_helper            | a symbol that the linker did not find
          a                           | b                    | build with -sSTANDALONE_WASM
          __wbindgen_placeholder__    | __wbindgen_throw     | build without wasm-bindgen
          gojs                        | runtime.wasmExit     | GOOS=wasip1
          wasi_unstable               | fd_write             | wasm32-wasip1
          wasi_snapshot_preview1      | exec                 | WASI preview 1 has no function 'exec'
          wasi:cli/stdout@0.2.0       | get-stdout           | Components (WASI preview 2) are not available
          leat                        | request_methd        | Did you mean leat.request_method?
          leat                        | launch               | The module leat has request_method,
          host                        | call                 | in the modules leat, flowctl, env, job, wasi_snapshot_preview1
          """)
  void of_anImportOfNobody_saysWhatHelps(String module, String name, String remedy) {
    assertThat(ImportRemedy.of(new Imported(module, name, "()->")))
        .startsWith("No contract offers this function. ")
        .contains(remedy);
  }

  @ParameterizedTest
  @CsvSource({"leat, log", "env, http_request"})
  void of_aKnownFunctionWithAnotherType_saysTheType(String module, String name) {
    assertThat(ImportRemedy.of(new Imported(module, name, "()->")))
        .startsWith("It is offered with the type (i32,i32,i32")
        .contains("the module declares ()->.");
  }
}
