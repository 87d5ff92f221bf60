package dev.leat.engine;

import dev.leat.contract.Finding;
import dev.leat.contract.GuestContract;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What a valid module shows to the outside.
 *
 * @param imports the functions it asks of the host
 * @param exports the functions it offers
 * @param memory its exported memory, if it has one under the name {@code memory}
 */
public record ModuleShape(
    List<Imported> imports, List<Exported> exports, Optional<MemoryShape> memory) {
  public ModuleShape {
    imports = List.copyOf(imports);
    exports = List.copyOf(exports);
  }

  /**
   * Every way in which the module does not fit the contract; empty when it does.
   *
   * @param guest the contract to hold it against
   */
  public List<Finding> mismatches(GuestContract guest) {
    List<Finding> findings = new ArrayList<>();
    if (memory.isEmpty()) {
      findings.add(
          new Finding("memory", "The module must export its memory under the name 'memory'"));
    }
    for (GuestContract.Export export : guest.exports()) {
      check(guest, export).ifPresent(findings::add);
    }
    for (Imported imported : imports) {
      check(guest, imported).ifPresent(findings::add);
    }
    return findings;
  }

  private Optional<Finding> check(GuestContract guest, GuestContract.Export expected) {
    Optional<Exported> found =
        exports.stream().filter(export -> export.name().equals(expected.name())).findFirst();
    if (found.isEmpty()) {
      return expected.isRequired()
          ? Optional.of(
              new Finding(
                  "export " + expected.name(),
                  "The contract '%s' needs the export %s %s, and the module has none of that name"
                      .formatted(guest.word(), expected.name(), expected.signature())))
          : Optional.empty();
    }
    return found.get().signature().equals(expected.signature())
        ? Optional.empty()
        : Optional.of(
            new Finding(
                "export " + expected.name(),
                "The export '%s' has the type %s; the contract '%s' needs %s"
                    .formatted(
                        expected.name(),
                        found.get().signature(),
                        guest.word(),
                        expected.signature())));
  }

  private static Optional<Finding> check(GuestContract guest, Imported imported) {
    if (imported.module().equals(GuestContract.WASI_MODULE)) {
      return WasiFunctions.mismatch(imported);
    }
    String at = "import " + imported.module() + "." + imported.name();
    Optional<GuestContract.Import> offered =
        guest.imports().stream()
            .filter(offer ->
                offer.module().equals(imported.module()) && offer.name().equals(imported.name()))
            .findFirst();
    if (offered.isEmpty()) {
      return Optional.of(
          new Finding(
              at,
              "The host offers no such function to the contract '%s'; it offers %s"
                  .formatted(guest.word(), offers(guest))));
    }
    return offered.get().signature().equals(imported.signature())
        ? Optional.empty()
        : Optional.of(
            new Finding(
                at,
                "The import has the type %s; the host offers it as %s"
                    .formatted(imported.signature(), offered.get().signature())));
  }

  private static String offers(GuestContract guest) {
    return guest.imports().isEmpty()
        ? "only " + GuestContract.WASI_MODULE
        : guest.imports().stream()
            .map(offer -> offer.module() + "." + offer.name())
            .collect(Collectors.joining(", "));
  }

  /** A function that the module asks for, with its type as {@code (i32,i32)->i64}. */
  public record Imported(String module, String name, String signature) {}

  /** A function that the module offers, with its type as {@code (i32,i32)->i64}. */
  public record Exported(String name, String signature) {}

  /**
   * The module's memory.
   *
   * @param minPages pages of 64 KiB that it starts with
   * @param maxPages pages that it may grow to by its own declaration, 65,536 when it declares none
   */
  public record MemoryShape(long minPages, long maxPages) {}
}
