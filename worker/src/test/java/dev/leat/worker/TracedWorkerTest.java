package dev.leat.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.Cancellation;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Grant;
import dev.leat.contract.Headers;
import dev.leat.contract.HttpCall;
import dev.leat.contract.Invocation;
import dev.leat.contract.Invoker;
import dev.leat.contract.Origin;
import dev.leat.contract.Outcome;
import dev.leat.contract.Trigger;
import dev.leat.contract.trace.Span;
import dev.leat.contract.trace.TraceParent;
import dev.leat.testkit.Eventually;
import dev.leat.testkit.ListedSpans;
import dev.leat.testkit.TestDatabase;
import dev.leat.testkit.WasmBuilder;
import dev.leat.testkit.WasmCode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TracedWorkerTest {
  private static final String TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

  private final TestDatabase database = TestKeyValues.DATABASES.h2();
  private final TestWorker worker = new TestWorker(database.dataSource());
  private final List<Span> spans = new CopyOnWriteArrayList<>();
  private final Invoker traced = new TracedWorker(worker.worker, new ListedSpans(spans));

  @BeforeEach
  void forget() {
    spans.clear();
  }

  @AfterAll
  void close() {
    worker.close();
    database.close();
  }

  private Outcome invoke(FunctionVersion version, String trace) {
    CompletableFuture<Outcome> ended = new CompletableFuture<>();
    Invocation invocation =
        new Invocation(
            "r-1",
            version,
            new HttpCall("POST", "", null, Headers.NONE, new byte[0]),
            new Origin(null, null, Trigger.HTTP, trace, 1),
            System.nanoTime() + Duration.ofMinutes(1).toNanos(),
            null,
            new Cancellation());
    traced.invoke(invocation, ended::complete);
    return TestWorker.ending(ended);
  }

  private record Told(Map<String, Span> all) {
    Span get(String name) {
      return Objects.requireNonNull(all.get(name), name);
    }
  }

  /** The spans by their names, once there is one of the last that is told. */
  private Told spans(String last) {
    Eventually.holds(
        "they are told", () -> spans.stream().anyMatch(span -> span.name().equals(last)));
    return new Told(spans.stream().collect(Collectors.toMap(Span::name, Function.identity())));
  }

  private FunctionVersion script(int number, KeyValueScript script) {
    return worker.publish(
        TestFunction.handler(script.module())
            .version(number)
            .grants(new Grant.KeyValue("default", Duration.ofHours(1))));
  }

  @Test
  void coldCall_hasASpanForEachStep_inOrder_withTheHostsCallsBeneath() {
    KeyValueScript script = new KeyValueScript();
    script.set("k", "v", 0).exists("k").get("", KeyValueScript.BUFFER, 10);
    invoke(script(1, script), TRACE);

    Told told = spans("kv_get");

    assertThat(told.all().keySet())
        .containsExactlyInAnyOrder(
            "queue", "acquire", "load", "instantiate", "exec", "kv_set", "kv_exists", "kv_get");
    Span queue = told.get("queue");
    Span acquire = told.get("acquire");
    Span load = told.get("load");
    Span instantiate = told.get("instantiate");
    Span exec = told.get("exec");
    assertThat(List.of(queue, acquire, exec)).allMatch(span -> TRACE.equals(span.parent()));
    assertThat(List.of(load, instantiate))
        .allMatch(span -> acquire.context().equals(span.parent()));
    assertThat(acquire.attributes())
        .containsEntry("leat.acquire", "cold")
        .containsEntry("faas.coldstart", true);
    assertThat(queue.endNanos()).isEqualTo(load.startNanos()).isEqualTo(acquire.startNanos());
    assertThat(load.endNanos()).isLessThanOrEqualTo(instantiate.startNanos());
    assertThat(instantiate.endNanos()).isEqualTo(acquire.endNanos()).isEqualTo(exec.startNanos());
    for (String call : List.of("kv_set", "kv_exists", "kv_get")) {
      Span span = told.get(call);
      assertThat(span.parent()).isEqualTo(exec.context());
      assertThat(span.attributes()).containsEntry("leat.power", "keyValue");
      assertThat(span.startNanos()).isBetween(exec.startNanos(), exec.endNanos());
    }
    assertThat(told.get("kv_get").error()).isEqualTo("invalid");
    assertThat(spans).extracting(Span::context).doesNotHaveDuplicates();
    assertThat(spans)
        .allMatch(span -> TraceParent.traceId(span.context()).equals(TraceParent.traceId(TRACE)));
  }

  @Test
  void callOnAnIdleInstance_loadsAndInstantiatesNothing() {
    FunctionVersion version = script(2, new KeyValueScript().exists("k"));
    invoke(version, TRACE);
    spans("kv_exists");
    Eventually.holds("it is put back", () -> worker.worker.idleInstances() > 0);
    spans.clear();

    invoke(version, TRACE);

    assertThat(spans("kv_exists").all().keySet())
        .containsExactlyInAnyOrder("queue", "acquire", "exec", "kv_exists");
    assertThat(spans("exec").get("acquire").attributes()).containsEntry("leat.acquire", "reset");
  }

  @Test
  void failed_isAnErrorOfTheRun() {
    FunctionVersion version =
        worker.publish(
            TestFunction.handler(
                    new WasmBuilder()
                        .memory(1)
                        .export("allocate", "(i32)->i32", new WasmCode().i32Const(512))
                        .export("handle", "(i32,i32)->i64", new WasmCode().unreachable()))
                .version(3));

    invoke(version, TRACE);

    assertThat(spans("exec").get("exec").error()).isEqualTo("trapped");
    assertThat(spans("exec").get("acquire").error()).isNull();
  }

  @Test
  void notKept_isNotNoted() {
    FunctionVersion version = script(4, new KeyValueScript().exists("k"));

    invoke(version, TRACE.replaceFirst("-01$", "-00"));

    assertThat(spans).isEmpty();
  }
}
