package dev.leat.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.Cancellation;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Grant;
import dev.leat.contract.InstancePolicy.Reuse;
import dev.leat.contract.Outcome;
import dev.leat.testkit.Eventually;
import dev.leat.testkit.WasmBuilder;
import dev.leat.testkit.WasmCode;
import dev.leat.worker.capability.http.OutboundConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Guests that wait for an answer from elsewhere leave the threads and their tenant's share. */
@Timeout(60)
final class WaitingGuestsTest {
  /** Of the worker's threads one tenant may have three; 40 times as many wait. */
  private static final int WAITING = 120;

  @Test
  void manyWait_andBothTheirTenantAndOthersAreServed() throws IOException {
    CountDownLatch answered = new CountDownLatch(1);
    try (TestServer server = new TestServer();
        TestHttp http =
            new TestHttp(OutboundConfig.DEFAULT.withPrivate("127.0.0.1:" + server.port()));
        TestWorker worker = new TestWorker(http.power(), List.of())) {
      http.name("api.example.com", "127.0.0.1");
      server.on(
          "/",
          (client, out) -> {
            answered.await();
            out.write(TestServer.response("200 OK", "", "late"));
          });
      FunctionVersion waits = worker.publish(waiting(server));
      List<CompletableFuture<Outcome>> calls = new ArrayList<>();
      for (int i = 1; i <= WAITING; i++) {
        calls.add(worker.start(waits, new Cancellation()));
        int begun = i;
        Eventually.holds(i + " wait", () -> http.outbound.underWay() == begun);
      }

      for (String tenant : List.of("acme", "other")) {
        TestFunction computes = TestFunction.handler(computing()).tenant(tenant).named("computes");
        assertThat(worker.invoke(computes, "")).isInstanceOf(Outcome.Responded.class);
      }
      assertThat(calls).noneMatch(CompletableFuture::isDone);

      answered.countDown();
      for (CompletableFuture<Outcome> call : calls) {
        HostScript.Answers.of(TestWorker.ending(call)).follows(0, 200);
      }
      Eventually.holds("all is over", () -> worker.worker.runningInvocations() == 0);
    } finally {
      answered.countDown();
    }
  }

  private static TestFunction waiting(TestServer server) {
    String origin = server.origin("api.example.com");
    return TestFunction.handler(new HttpScript().get(origin + "/").module())
        .response(HostScript.SENT_BYTES)
        .instances(0, WAITING, Reuse.RESET)
        .grants(new Grant.Http(List.of(origin), Grant.Http.METHODS, 60, Duration.ofSeconds(20)));
  }

  private static WasmBuilder computing() {
    return new WasmBuilder()
        .memory(1)
        .export("allocate", "(i32)->i32", new WasmCode().i32Const(512))
        .export("handle", "(i32,i32)->i64", new WasmCode().i64Const(0));
  }
}
