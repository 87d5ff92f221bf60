package dev.leat.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.Cancellation;
import dev.leat.contract.Grant;
import dev.leat.contract.Outcome;
import dev.leat.testkit.Eventually;
import dev.leat.testkit.Seed;
import dev.leat.testkit.TestDatabase;
import dev.leat.testkit.WasmBuilder;
import dev.leat.testkit.WasmCode;
import dev.leat.worker.capability.http.OutboundConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/**
 * Every function that the host offers, in any order and with any arguments: its guest gets an
 * answer or is stopped, and nothing of it is left.
 */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class HostFunctionsFuzzTest {
  private static final int SCRIPTS = 250;
  private static final int CALLS = 8;

  private final TestDatabase database = TestKeyValues.DATABASES.h2();
  private final TestServer server = new TestServer();
  private final TestHttp http =
      new TestHttp(OutboundConfig.DEFAULT.withPrivate("127.0.0.1:" + server.port()));
  private final TestWorker worker = new TestWorker(database.dataSource(), http.power());
  private final Grant[] grants = {
    new Grant.Logging(),
    new Grant.Metrics(),
    new Grant.Config(),
    new Grant.KeyValue("default", Duration.ofHours(1)),
    new Grant.Http(List.of("http://127.0.0.1:" + server.port()), 60),
    new Grant.Secrets(List.of("a")),
    new Grant.Database("main", List.of("read:a")),
  };

  HostFunctionsFuzzTest() throws IOException {}

  @AfterEach
  void nothingIsLeft() {
    Eventually.holds("all calls are over", () -> worker.worker.runningInvocations() == 0);
    Eventually.holds("all work is done", () -> worker.keyValues.work.tasks() == 0);
    Eventually.holds("all requests are over", () -> http.outbound.underWay() == 0);
    assertThat(worker.invoke(TestFunction.handler(echo()), "still here"))
        .isInstanceOf(Outcome.Responded.class);
  }

  @AfterAll
  void close() throws IOException {
    worker.close();
    http.close();
    server.close();
    database.close();
  }

  /** A script of all functions that handlers may import from the powers. */
  private static HostScript script() {
    return new HostScript(HostScript.functions(function -> true));
  }

  private static TestFunction function(HostScript script, int number) {
    return TestFunction.handler(script.module()).response(HostScript.SENT_BYTES).version(number);
  }

  @Test
  void anyCalls_endInAnAnswerOrATrap_grantedOrDenied() {
    Seed seed = Seed.orElse(41);
    Random random = seed.random();
    for (int i = 1; i <= SCRIPTS; i++) {
      HostScript script = script();
      for (int call = 0; call < CALLS; call++) {
        script.random(random);
      }
      TestFunction function = function(script, i);
      assertThat(worker.invoke(i % 3 == 0 ? function.grants() : function.grants(grants), ""))
          .as("%s, script %d", seed, i)
          .isInstanceOfAny(Outcome.Trapped.class, Outcome.Responded.class);
    }
  }

  @Test
  void callersThatHangUp_endThem() throws Exception {
    Seed seed = Seed.orElse(43);
    Random random = seed.random();
    for (int i = 1; i <= SCRIPTS / 5; i++) {
      HostScript script = script();
      for (int call = 0; call < CALLS; call++) {
        script.random(random);
      }
      Cancellation cancellation = new Cancellation();
      CompletableFuture<Outcome> outcome =
          worker.start(worker.publish(function(script, i).grants(grants)), cancellation);
      cancellation.cancel();
      assertThat(outcome.get())
          .as("%s, script %d", seed, i)
          .isInstanceOfAny(Outcome.Trapped.class, Outcome.Responded.class, Outcome.Cancelled.class);
    }
  }

  /** The host asks the guest for memory, and the guest asks the host for something meanwhile. */
  @Test
  void allocateThatCallsTheHost_isServed_orEndsWithItsStack() {
    for (boolean isEndless : new boolean[] {false, true}) {
      WasmCode allocate = new WasmCode();
      if (isEndless) {
        allocate.call(1).drop();
      }
      allocate.i32Const(0).i32Const(1).call(2).drop().i32Const(4_096);
      TestFunction function =
          TestFunction.processor(
                  new WasmBuilder()
                      .importFunction("leat", "set_processor_state", "(i32,i32)->i32")
                      .importFunction("leat", "get_processor_state", "()->i64")
                      .importFunction("leat", "kv_exists", "(i32,i32)->i32")
                      .memory(1)
                      .data(0, "{}")
                      .export("allocate", "(i32)->i32", allocate)
                      .export("free", "(i32,i32)->", new WasmCode())
                      .export(
                          "process_event",
                          "(i32,i32)->i64",
                          new WasmCode().i32Const(0).i32Const(2).call(0).drop().call(1)))
              .version(isEndless ? 2 : 1)
              .grants(grants);

      assertThat(worker.invoke(function, ""))
          .isInstanceOf(isEndless ? Outcome.StackExhausted.class : Outcome.Responded.class);
    }
  }

  private static WasmBuilder echo() {
    return new WasmBuilder()
        .memory(1)
        .export("allocate", "(i32)->i32", new WasmCode().i32Const(512))
        .export("handle", "(i32,i32)->i64", new WasmCode().i64Const(0));
  }
}
