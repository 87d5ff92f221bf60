package dev.leat.registry.module;

import dev.leat.contract.EditDistance;
import dev.leat.contract.GuestContract;
import dev.leat.engine.ModuleShape.Imported;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What to do about an import that no contract offers. Most are left behind by a toolchain, whose
 * name for them tells which, and which option does without.
 */
final class ImportRemedy {
  /** What C compilers call of their own accord. */
  private static final List<String> C_LIBRARY =
      List.of("memcmp", "bcmp", "memcpy", "memmove", "memset", "strlen", "malloc", "free", "abort");

  private ImportRemedy() {}

  /** Why it is refused and what helps, in sentences. */
  static String of(Imported imported) {
    return offered(imported)
        .map(offer ->
            "It is offered with the type %s, the module declares %s. Declare it as it is offered."
                .formatted(offer.signature(), imported.signature()))
        .orElseGet(() -> "No contract offers this function. " + remedy(imported));
  }

  /** The same function with another type. */
  private static Optional<GuestContract.Import> offered(Imported imported) {
    return offers()
        .filter(offer ->
            offer.module().equals(imported.module()) && offer.name().equals(imported.name()))
        .findFirst();
  }

  private static String remedy(Imported imported) {
    String module = imported.module();
    return switch (module) {
      case "env" -> ofEnv(imported.name());
      case "leat" -> ofLeat(imported.name());
      case GuestContract.WASI_MODULE ->
          "WASI preview 1 has no function '%s'; build for preview 1 (wasm32-wasip1)."
              .formatted(imported.name());
      case "wasi_unstable" -> "Build for WASI preview 1 (wasm32-wasip1), which came after it.";
      case "wbg", "__wbindgen_placeholder__", "__wbindgen_externref_xform__" ->
          "It is wasm-bindgen's bridge to JavaScript; build without wasm-bindgen, and without"
              + " features of crates that ask for it, such as 'js'.";
      case "go", "gojs" ->
          "It is Go's bridge to JavaScript; build with GOOS=wasip1 GOARCH=wasm and the contract"
              + " wasi.";
      case "a" ->
          "Emscripten gives such names; build with -sSTANDALONE_WASM and the contract wasi.";
      default ->
          module.startsWith("wasi:")
              ? "Components (WASI preview 2) are not available in this version; build for preview 1"
                  + " (wasm32-wasip1)."
              : "Functions are offered in the modules %s; docs/FUNCTIONS.md lists them."
                  .formatted(modules());
    };
  }

  private static String ofEnv(String name) {
    if (name.equals("abort")) {
      return "AssemblyScript asks for it: build with '--use abort=', or define an abort function of"
          + " your own. In C it is an undefined symbol: link a library that has it.";
    }
    if (List.of("seed", "trace").contains(name) || name.startsWith("console.")) {
      return "AssemblyScript asks for it for %s; use leat.log for output, and build with '--use %s='."
          .formatted(
              name.equals("seed") ? "Math.random" : name.equals("trace") ? "trace" : "console",
              name);
    }
    if (name.startsWith("emscripten_")
        || name.startsWith("invoke_")
        || name.startsWith("__syscall_")
        || name.startsWith("_emscripten")) {
      return "Emscripten asks for it: build with -sSTANDALONE_WASM and the contract wasi.";
    }
    if (C_LIBRARY.contains(name)) {
      return "The C compiler calls it: include leat.h, which has the first ones, or link wasi-libc.";
    }
    return "It is a symbol that the linker did not find, or that the source declares as an import: link"
        + " what defines it, and do not let undefined symbols pass (--allow-undefined).";
  }

  private static String ofLeat(String name) {
    List<String> names =
        offers()
            .filter(offer -> offer.module().equals("leat"))
            .map(GuestContract.Import::name)
            .distinct()
            .toList();
    return EditDistance.nearest(name, names)
        .map(near -> "Did you mean leat." + near + "?")
        .orElseGet(() -> "The module leat has " + String.join(", ", names) + ".");
  }

  private static String modules() {
    return Stream.concat(
            offers().map(GuestContract.Import::module), Stream.of(GuestContract.WASI_MODULE))
        .distinct()
        .collect(Collectors.joining(", "));
  }

  private static Stream<GuestContract.Import> offers() {
    return Arrays.stream(GuestContract.values()).flatMap(guest -> guest.imports().stream());
  }
}
