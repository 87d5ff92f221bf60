package dev.leat.contract;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a module exports and may import to be run as a function: the guest's binary interface as
 * data. The registry checks modules against it, the worker links and calls by it; neither repeats
 * it. Signatures are written {@code (i32,i32)->i64}.
 */
public enum GuestContract {
  /** The request's body in, the response's body out, everything else by host calls. */
  HANDLER(
      List.of(
          Export.required("allocate", "(i32)->i32"),
          Export.required("handle", "(i32,i32)->i64"),
          Export.optional("free", "(i32,i32)->"),
          Export.optional("init", "(i32,i32)->i32")),
      List.of(
          in("leat", "request_method", "(i32,i32)->i32"),
          in("leat", "request_path", "(i32,i32)->i32"),
          in("leat", "request_query", "(i32,i32)->i32"),
          in("leat", "request_header", "(i32,i32,i32,i32)->i32"),
          in("leat", "response_status", "(i32)->"),
          in("leat", "response_header", "(i32,i32,i32,i32)->"),
          in("leat", "fail", "(i32,i32)->")),
      List.of(),
      List.of()),

  /** One JSON event in, one out (flowctl's processors). */
  PROCESSOR(
      List.of(
          Export.required("allocate", "(i32)->i32"),
          Export.required("free", "(i32,i32)->"),
          Export.required("process_event", "(i32,i32)->i64"),
          Export.optional("process_batch", "(i32,i32)->i64"),
          Export.optional("init", "(i32,i32)->i32")),
      List.of(),
      List.of("flowctl", "env", "leat"),
      List.of(
          PowerFunction.LOG,
          PowerFunction.RECORD_METRIC,
          PowerFunction.HTTP_REQUEST,
          PowerFunction.GET_PROCESSOR_STATE,
          PowerFunction.SET_PROCESSOR_STATE)),

  /** One step of a job: its context in and out, as JSON. */
  STEP(
      List.of(
          Export.required("allocate", "(i32)->i32"),
          Export.required("step", "(i32,i32)->i64"),
          Export.optional("free", "(i32,i32)->"),
          Export.optional("init", "(i32,i32)->i32")),
      Stream.of("job", "env", "leat")
          .flatMap(module ->
              Stream.of(
                  in(module, "get_context", "(i32,i32)->i64"),
                  in(module, "set_context", "(i32,i32,i32,i32)->i32")))
          .toList(),
      List.of("job", "env", "leat"),
      List.of(PowerFunction.LOG, PowerFunction.STEP_HTTP_REQUEST, PowerFunction.DB_QUERY)),

  /** A WASI preview 1 command, called as CGI/1.1 (RFC 3875). */
  WASI(List.of(Export.required("_start", "()->")), List.of(), List.of(), List.of());

  /** The import module of WASI preview 1; its functions are known to the engine. */
  public static final String WASI_MODULE = "wasi_snapshot_preview1";

  private final List<Export> exports;
  private final List<Import> imports;

  /**
   * @param own what the host offers to this contract alone
   * @param modules the import modules that have the functions of powers
   * @param powers the functions of powers, by name, beside those of all contracts; without the
   *     grant they are there and denied
   */
  GuestContract(
      List<Export> exports, List<Import> own, List<String> modules, List<PowerFunction> powers) {
    this.exports = exports;
    this.imports =
        Stream.of(
                own.stream(),
                modules.stream().flatMap(module -> powers.stream().map(power -> in(module, power))),
                OfAll.POWERS.stream().map(power -> in(OfAll.MODULE, power)))
            .flatMap(each -> each)
            .distinct()
            .toList();
  }

  /** The functions that a module of this contract exports, besides its {@code memory}. */
  public List<Export> exports() {
    return exports;
  }

  /** The functions that such a module may import. */
  public List<Import> imports() {
    return imports;
  }

  /** Whether the contract is called by WASI itself rather than by exports of its own. */
  public boolean isWasiCommand() {
    return this == WASI;
  }

  /** The word used in manifests. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The contract of this word, or nothing. */
  public static Optional<GuestContract> ofWord(String word) {
    return Stream.of(values()).filter(contract -> contract.word().equals(word)).findFirst();
  }

  private static Import in(String module, String name, String signature) {
    return new Import(module, name, signature);
  }

  private static Import in(String module, PowerFunction power) {
    return new Import(module, power.importName(), power.signature());
  }

  /** What the guests of every contract may import. */
  private static final class OfAll {
    static final String MODULE = "leat";

    private static final Set<Class<? extends Grant>> GRANTS =
        Set.of(
            Grant.Logging.class,
            Grant.Metrics.class,
            Grant.Config.class,
            Grant.Secrets.class,
            Grant.Http.class,
            Grant.KeyValue.class,
            Grant.Database.class);

    /** Those that only some contracts have. */
    private static final Set<PowerFunction> OF_SOME =
        Set.of(
            PowerFunction.RECORD_METRIC,
            PowerFunction.HTTP_REQUEST,
            PowerFunction.STEP_HTTP_REQUEST,
            PowerFunction.DB_QUERY,
            PowerFunction.GET_PROCESSOR_STATE,
            PowerFunction.SET_PROCESSOR_STATE);

    static final List<PowerFunction> POWERS =
        Arrays.stream(PowerFunction.values())
            .filter(power -> GRANTS.contains(power.grant()) && !OF_SOME.contains(power))
            .toList();

    private OfAll() {}
  }

  /** A function that the guest exports. */
  public record Export(String name, String signature, boolean isRequired) {
    static Export required(String name, String signature) {
      return new Export(name, signature, true);
    }

    static Export optional(String name, String signature) {
      return new Export(name, signature, false);
    }
  }

  /** A function that the host offers. */
  public record Import(String module, String name, String signature) {}
}
