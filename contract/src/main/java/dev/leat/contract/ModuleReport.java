package dev.leat.contract;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What can be told of a valid module without running it.
 *
 * @param digest as {@link ModuleDigest} writes it
 * @param size in bytes
 * @param contracts the words of the contracts that it fits
 * @param imports the functions that it asks of the host
 * @param exports the functions that it offers
 * @param memory the one that it exports as {@code memory}; null for none
 * @param functions how many it defines
 * @param features of WebAssembly beyond its first version that its code uses, by their proposals'
 *     names
 * @param sections in the order of the file
 * @param suspects what its data looks like that belongs in no module
 */
public record ModuleReport(
    String digest,
    long size,
    List<String> contracts,
    List<Imported> imports,
    List<Exported> exports,
    @Nullable Memory memory,
    List<Table> tables,
    int functions,
    Data data,
    List<String> features,
    List<Section> sections,
    List<Suspect> suspects) {
  public ModuleReport {
    contracts = List.copyOf(contracts);
    imports = List.copyOf(imports);
    exports = List.copyOf(exports);
    tables = List.copyOf(tables);
    features = List.copyOf(features);
    sections = List.copyOf(sections);
    suspects = List.copyOf(suspects);
  }

  /** A function with its type as {@code (i32,i32)->i64}. */
  public record Imported(String module, String name, String signature) {}

  /** A function with its type. */
  public record Exported(String name, String signature) {}

  /**
   * Pages of 64 KiB.
   *
   * @param maxPages 65,536 when the module declares none
   */
  public record Memory(long minPages, long maxPages) {}

  /** Entries of a table. */
  public record Table(long minEntries, long maxEntries) {}

  /** The data segments, and the bytes of all of them. */
  public record Data(int segments, long bytes) {}

  /**
   * A section.
   *
   * @param name as the specification has it, such as {@code code}; of a custom section its own
   * @param custom whether it is a custom section, which nothing runs
   * @param bytes with its name, without id and length
   */
  public record Section(String name, boolean custom, long bytes) {}

  /**
   * Something in a data segment that looks like a secret. It is not repeated here.
   *
   * @param what it looks like
   * @param offset in the file
   */
  public record Suspect(String what, long offset) {}
}
