package dev.leat.engine.chicory;

import com.dylibso.chicory.wasm.types.Value;
import com.fasterxml.jackson.databind.JsonNode;
import dev.leat.contract.Finding;
import dev.leat.contract.ModuleDigest;
import dev.leat.engine.GuestBudget;
import dev.leat.engine.GuestStopped;
import dev.leat.engine.GuestStopped.Reason;
import dev.leat.engine.HostFunction;
import dev.leat.engine.Inspection;
import dev.leat.engine.ModuleRefused;
import dev.leat.engine.ModuleShape.Exported;
import dev.leat.engine.ModuleShape.Imported;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One script of the core suite on its way through the engine, as a guest would go: each module is
 * scanned, validated, compiled, stored, loaded and run on metered fuel. What is asked of the
 * instances between two modules is asked twice, with all of them put back in between: the second
 * time must end as the first did, for the same fuel.
 */
final class SuiteScript {
  private static final int PAGES_MAX = 2_048;
  private static final Duration CALL_TIME = Duration.ofSeconds(60);

  /** What the script runner offers to modules (the suite's own interpreter prints). */
  private static final List<HostFunction> SPECTEST =
      List.of(
          print("print", "()->"),
          print("print_i32", "(i32)->"),
          print("print_i64", "(i64)->"),
          print("print_f32", "(f32)->"),
          print("print_f64", "(f64)->"),
          print("print_i32_f32", "(i32,f32)->"),
          print("print_f64_f64", "(f64,f64)->"));

  private final CoreSuite suite;
  private final String name;
  private final ChicoryEngine engine;
  private final Map<String, SuiteEnding> endings = new LinkedHashMap<>();

  /** Instances by their name in the script; the one without a name is the latest. */
  private final Map<String, Live> named = new HashMap<>();

  private final Map<String, Live> registered = new LinkedHashMap<>();
  private final Set<ChicoryInstance> tainted = new HashSet<>();
  private final List<Asked> sinceModule = new ArrayList<>();
  private @Nullable Live latest;

  SuiteScript(CoreSuite suite, String name, ChicoryEngine engine) {
    this.suite = suite;
    this.name = name;
    this.engine = engine;
  }

  /** How each case ended, by {@code script:line}. */
  Map<String, SuiteEnding> run() {
    for (JsonNode command : suite.commands(name)) {
      switch (word(command, "type")) {
        case "register" -> register(command);
        case "module" -> {
          askAgain();
          end(command, instantiate(command));
          live().forEach(ChicoryInstance::snapshot);
        }
        case String asked when command.has("action") -> ask(command);
        default -> end(command, ofModule(command));
      }
    }
    askAgain();
    live().forEach(ChicoryInstance::close);
    return endings;
  }

  private String end(JsonNode command, SuiteEnding ending) {
    String line = name + ":" + command.path("line").asInt();
    String id = line;
    for (int i = 2; endings.containsKey(id); i++) {
      id = line + "." + i;
    }
    endings.put(id, ending);
    return id;
  }

  // ---- Modules ----

  private SuiteEnding instantiate(JsonNode command) {
    Live live;
    SuiteEnding ending;
    try {
      SuiteModule module = new SuiteModule(suite.file(word(command, "filename")));
      if (!module.foreign().isEmpty()) {
        live = Live.NOT_APPLICABLE;
        taint(module.foreign());
        ending = new SuiteEnding.NotApplicable("imports " + module.foreign());
      } else {
        ChicoryInstance guest = instantiate(module.expressible());
        guest.snapshot();
        live = new Up(guest);
        ending = SuiteEnding.PASSED;
      }
    } catch (GuestStopped | ModuleRefused e) {
      live = Live.FAILED;
      ending = new SuiteEnding.Failed(String.valueOf(e.getMessage()));
    }
    latest = live;
    if (command.has("name")) {
      named.put(word(command, "name"), live);
    }
    return ending;
  }

  /** What a module that is not there would have done to those whose parts it imports. */
  private void taint(List<String> imports) {
    registered.forEach((as, live) -> {
      if (live instanceof Up(ChicoryInstance guest)
          && imports.stream().anyMatch(imported -> imported.startsWith(as + "."))) {
        tainted.add(guest);
      }
    });
  }

  private boolean isTainted(ChicoryInstance guest) {
    return tainted.contains(guest)
        || guest.shape().imports().stream()
            .map(Imported::module)
            .distinct()
            .anyMatch(module ->
                registered.get(module) instanceof Up(ChicoryInstance other)
                    && other != guest
                    && isTainted(other));
  }

  private ChicoryInstance instantiate(byte[] module) {
    Inspection inspection = engine.inspectAndCompile(Guests.TENANT, module);
    if (inspection instanceof Inspection.Refused(List<Finding> findings)) {
      throw new ModuleRefused(findings);
    }
    ModuleDigest digest = ModuleDigest.of(module);
    try {
      return (ChicoryInstance)
          engine.load(Guests.TENANT, digest, module).instantiate(hosts(), PAGES_MAX, budget());
    } finally {
      engine.forget(digest);
    }
  }

  /** Spectest, and the functions of all registered instances. */
  private List<HostFunction> hosts() {
    List<HostFunction> hosts = new ArrayList<>(SPECTEST);
    registered.forEach((as, live) -> {
      if (live instanceof Up(ChicoryInstance guest)) {
        guest.shape().exports().forEach(exported -> hosts.add(linked(as, exported, guest)));
      }
    });
    return hosts;
  }

  private static HostFunction linked(String module, Exported exported, ChicoryInstance other) {
    return new HostFunction(
        module,
        exported.name(),
        exported.signature(),
        (caller, arguments) -> other.call(other.function(exported.name()), arguments));
  }

  private static HostFunction print(String function, String signature) {
    return new HostFunction("spectest", function, signature, (guest, arguments) -> 0);
  }

  private void register(JsonNode command) {
    registered.put(word(command, "as"), instance(command));
  }

  private SuiteEnding ofModule(JsonNode command) {
    if (word(command, "module_type").equals("text")) {
      return new SuiteEnding.NotApplicable("text format");
    }
    byte[] module = suite.file(word(command, "filename"));
    return switch (word(command, "type")) {
      case "assert_invalid", "assert_malformed" -> refused(module, word(command, "text"));
      case "assert_unlinkable", "assert_uninstantiable" -> doesNotComeUp(module);
      default -> throw new IllegalStateException("Unknown command " + command);
    };
  }

  /** Passed if it is refused for what it is, not only for what a platform asks beyond that. */
  private SuiteEnding refused(byte[] module, String why) {
    List<Finding> findings = findings(module);
    if (!findings.isEmpty() && findings.stream().allMatch(SuiteScript::isOfPlatform)) {
      if (why.startsWith("unknown memory")) {
        return SuiteEnding.PASSED; // that it has none is what was found
      }
      findings = findings(new SuiteModule(module).expressible());
    }
    return findings.isEmpty() || findings.stream().allMatch(SuiteScript::isOfPlatform)
        ? new SuiteEnding.Failed("accepted: " + why)
        : SuiteEnding.PASSED;
  }

  private List<Finding> findings(byte[] module) {
    return switch (engine.inspectAndCompile(Guests.TENANT, module)) {
      case Inspection.Refused(List<Finding> findings) -> findings;
      case Inspection.Accepted _ -> {
        engine.forget(ModuleDigest.of(module));
        yield List.of();
      }
      case Inspection.Busy(String reason) -> throw new IllegalStateException(reason);
    };
  }

  private static boolean isOfPlatform(Finding finding) {
    return finding.message().startsWith("Only functions can be imported")
        || finding.message().startsWith("The module must define a memory");
  }

  private SuiteEnding doesNotComeUp(byte[] bytes) {
    SuiteModule module = new SuiteModule(bytes);
    if (module.foreign().stream().anyMatch(imported -> !imported.startsWith("spectest."))) {
      taint(module.foreign());
      return new SuiteEnding.NotApplicable("imports " + module.foreign());
    }
    try {
      instantiate(module.expressible()).close();
      return new SuiteEnding.Failed("comes up");
    } catch (ModuleRefused refused) {
      return SuiteEnding.PASSED;
    } catch (GuestStopped stopped) {
      return stopped.reason() == Reason.TRAPPED
          ? SuiteEnding.PASSED
          : new SuiteEnding.Failed(stopped.reason() + ": " + stopped.detail());
    }
  }

  // ---- Actions ----

  private void ask(JsonNode command) {
    switch (instance(command.path("action"))) {
      case Absent(SuiteEnding instead) -> end(command, instead);
      case Up(ChicoryInstance guest) when isTainted(guest) ->
          end(command, new SuiteEnding.NotApplicable("its module is shared with one that is not"));
      case Up(ChicoryInstance guest) -> {
        Answer answer = answer(guest, command);
        String id = end(command, answer.ending);
        sinceModule.add(new Asked(id, command, guest, answer));
      }
    }
  }

  /** Puts all instances back and asks again what was asked since the last module. */
  private void askAgain() {
    live().forEach(ChicoryInstance::reset);
    for (Asked asked : sinceModule) {
      Answer again = answer(asked.guest, asked.command);
      if (!again.equals(asked.answer) && asked.answer.ending.equals(SuiteEnding.PASSED)) {
        endings.put(
            asked.id,
            new SuiteEnding.Failed("after reset: %s, first %s".formatted(again, asked.answer)));
      }
    }
    sinceModule.clear();
  }

  private Set<ChicoryInstance> live() {
    Set<ChicoryInstance> guests = new LinkedHashSet<>();
    Stream.of(registered.values().stream(), named.values().stream(), Stream.ofNullable(latest))
        .flatMap(all -> all)
        .forEach(live -> {
          if (live instanceof Up(ChicoryInstance guest)) {
            guests.add(guest);
          }
        });
    return guests;
  }

  private Live instance(JsonNode at) {
    String module = at.path("module").asText(at.path("name").asText(""));
    Live live = module.isEmpty() ? latest : named.get(module);
    if (live == null) {
      throw new IllegalStateException("No module for " + at);
    }
    return live;
  }

  private static Answer answer(ChicoryInstance guest, JsonNode command) {
    guest.begin(budget());
    String type = word(command, "type");
    SuiteEnding ending;
    try {
      ending = returned(type, act(guest, command.path("action")), command.path("expected"));
    } catch (GuestStopped stopped) {
      ending = stopped(type, stopped);
    }
    // How deep the stack is differs from one time to the next.
    return new Answer(ending, type.equals("assert_exhaustion") ? 0 : guest.fuelUsed());
  }

  private static SuiteEnding returned(String type, long[] results, JsonNode expected) {
    return switch (type) {
      case "assert_return" -> compare(results, expected);
      case "action" -> SuiteEnding.PASSED;
      default -> new SuiteEnding.Failed("returned");
    };
  }

  private static SuiteEnding stopped(String type, GuestStopped stopped) {
    boolean isExpected =
        switch (type) {
          case "assert_trap" -> stopped.reason() == Reason.TRAPPED;
          case "assert_exhaustion" -> stopped.reason() == Reason.STACK_EXHAUSTED;
          default -> false;
        };
    return isExpected
        ? SuiteEnding.PASSED
        : new SuiteEnding.Failed(stopped.reason() + ": " + stopped.detail());
  }

  private static long[] act(ChicoryInstance guest, JsonNode action) {
    String field = word(action, "field");
    if (word(action, "type").equals("get")) {
      return new long[] {guest.exportedGlobal(field)};
    }
    List<Long> arguments = new ArrayList<>();
    action.path("args").forEach(argument -> arguments.add(value(argument)));
    return guest.results(
        guest.function(field), arguments.stream().mapToLong(Long::longValue).toArray());
  }

  private static long value(JsonNode typed) {
    String value = word(typed, "value");
    return value.equals("null") ? Value.REF_NULL_VALUE : Long.parseUnsignedLong(value);
  }

  private static SuiteEnding compare(long[] results, JsonNode expected) {
    if (results.length != expected.size()) {
      return new SuiteEnding.Failed(results.length + " results");
    }
    for (int i = 0; i < results.length; i++) {
      if (!isEqual(results[i], expected.path(i))) {
        return new SuiteEnding.Failed(
            "%s instead of %s".formatted(Long.toUnsignedString(results[i]), expected.path(i)));
      }
    }
    return SuiteEnding.PASSED;
  }

  private static boolean isEqual(long result, JsonNode expected) {
    String value = expected.path("value").asText("");
    return switch (word(expected, "type")) {
      case "i32" -> (int) result == (int) Long.parseUnsignedLong(value);
      case "f32" ->
          value.startsWith("nan:")
              ? isNan((int) result, value)
              : (int) result == (int) Long.parseUnsignedLong(value);
      case "i64" -> result == Long.parseUnsignedLong(value);
      case "f64" ->
          value.startsWith("nan:") ? isNan(result, value) : result == Long.parseUnsignedLong(value);
      case "externref", "funcref" ->
          value.equals("null")
              ? result == Value.REF_NULL_VALUE
              : value.isEmpty()
                  ? result != Value.REF_NULL_VALUE
                  : result == Long.parseUnsignedLong(value);
      default -> throw new IllegalStateException("Unknown type " + expected);
    };
  }

  private static boolean isNan(int bits, String kind) {
    return kind.equals("nan:canonical")
        ? (bits & 0x7fff_ffff) == 0x7fc0_0000
        : (bits & 0x7fc0_0000) == 0x7fc0_0000;
  }

  private static boolean isNan(long bits, String kind) {
    return kind.equals("nan:canonical")
        ? (bits & Long.MAX_VALUE) == 0x7ff8_0000_0000_0000L
        : (bits & 0x7ff8_0000_0000_0000L) == 0x7ff8_0000_0000_0000L;
  }

  private static GuestBudget budget() {
    return Guests.budget(Guests.PLENTY, CALL_TIME);
  }

  private static String word(JsonNode node, String field) {
    return node.path(field).asText("");
  }

  /** What became of a module. */
  private sealed interface Live {
    Live NOT_APPLICABLE = new Absent(new SuiteEnding.NotApplicable("its module is not"));
    Live FAILED = new Absent(new SuiteEnding.Failed("its module does not come up"));
  }

  private record Up(ChicoryInstance guest) implements Live {}

  /** All that is asked of it ends so. */
  private record Absent(SuiteEnding instead) implements Live {}

  private record Asked(String id, JsonNode command, ChicoryInstance guest, Answer answer) {}

  private record Answer(SuiteEnding ending, long fuel) {}
}
