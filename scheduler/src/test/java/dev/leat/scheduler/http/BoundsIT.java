package dev.leat.scheduler.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.cluster.trust.NodeCertificates;
import dev.leat.contract.Cancellation;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Headers;
import dev.leat.contract.Invocation;
import dev.leat.contract.Limits;
import dev.leat.contract.Outcome;
import dev.leat.contract.Usage;
import dev.leat.contract.codec.HeadLimits;
import dev.leat.contract.codec.InvocationHead;
import dev.leat.testkit.Eventually;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientConnection;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a node takes of others, and for how long; and what it answers to more. */
class BoundsIT {
  private static final int HELD_MAX = 300_000;
  private static final byte[] BODY = "body".getBytes(UTF_8);
  private static final Outcome DONE =
      new Outcome.Responded(200, Headers.NONE, new byte[0], Usage.NONE);
  private static final FunctionVersion NEW = TwoNodes.version(2, Limits.DEFAULT);

  private final TwoNodes nodes = TwoNodes.holding(HELD_MAX);

  @AfterEach
  void close() {
    try {
      nodes.isEmpty();
    } finally {
      nodes.close();
    }
  }

  private Ending call(FunctionVersion version, byte[] body) {
    return nodes.call(TwoNodes.invocation(version, body, new Cancellation()));
  }

  @Test
  void bodyAboveTheFunctionsLimit_isNotRun() {
    Ending ending = nodes.call(new byte[(int) Limits.DEFAULT.requestBytes() + 1]);

    assertThat(ending.get()).isEqualTo(new Outcome.WorkerLost(false));
    assertThat(nodes.worker.all).isEmpty();
  }

  @Test
  void moreThanMayBeHeld_isAnsweredOverloaded_untilThereIsRoom() throws Exception {
    Ending first = nodes.call(new byte[HELD_MAX / 3 * 2]);
    StagedWorker.Call there = nodes.worker.next();
    assertThat(nodes.server.heldBytes()).isBetween(HELD_MAX / 3 * 2L, (long) HELD_MAX);

    Ending second = nodes.call(new byte[HELD_MAX / 3 * 2]);

    assertThat(second.get()).isInstanceOf(Outcome.Overloaded.class);
    there.end(DONE);
    assertThat(first.get()).isInstanceOf(Outcome.Responded.class);
    nodes.worker.onCall = call -> call.end(DONE);
    Eventually.holds("there is room", () -> nodes.server.heldBytes() == 0);
    assertThat(nodes.call(new byte[HELD_MAX / 3 * 2]).get()).isInstanceOf(Outcome.Responded.class);
  }

  @Test
  void answerThatIsNotTaken_isHeldAndCounted() throws Exception {
    byte[] answer = new byte[900_000]; // more than what may be on its way
    Ending ending = nodes.call(BODY);
    StagedWorker.Call there = nodes.worker.next();
    nodes.proxy.hold();

    there.end(new Outcome.Responded(200, Headers.NONE, answer, Usage.NONE));

    Eventually.holds("it is counted", () -> nodes.server.heldBytes() >= answer.length);
    nodes.proxy.letGo();
    assertThat(((Outcome.Responded) ending.get()).body()).isEqualTo(answer);
  }

  @Test
  void unknownVersion_isLookedForOnce_byAllThatWait() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    AtomicInteger looks = new AtomicInteger();
    nodes.catchUp =
        () -> {
          looks.incrementAndGet();
          await(go);
          nodes.known.put(NEW.ref(), NEW);
          return true;
        };
    nodes.worker.onCall = call -> call.end(DONE);
    List<Ending> endings = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      endings.add(call(NEW, new byte[1_000]));
    }
    Eventually.holds("it is looked for", () -> looks.get() > 0);
    go.countDown();

    assertThat(endings)
        .allSatisfy(it -> assertThat(it.get()).isInstanceOf(Outcome.Responded.class));
    assertThat(looks.get()).isBetween(1, 4); // at most two on each of two loops
  }

  @Test
  void versionThatStaysUnknown_isAnsweredOverloaded() {
    assertThat(call(NEW, BODY).get()).isInstanceOf(Outcome.Overloaded.class);
    assertThat(nodes.worker.all).isEmpty();
  }

  @Test
  void lookForAVersion_thatTakesTooLong_isAnsweredOverloaded() {
    CountDownLatch never = new CountDownLatch(1);
    nodes.catchUp =
        () -> {
          await(never);
          return true;
        };
    try {
      assertThat(call(NEW, BODY).get()).isInstanceOf(Outcome.Overloaded.class);
    } finally {
      never.countDown();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void deadline_endsACallThatNobodyAnswers() throws Exception {
    Invocation soon = TwoNodes.invocation(TwoNodes.VERSION, BODY, new Cancellation());
    long deadline = System.nanoTime() + Duration.ofMillis(100).toNanos();
    Ending ending =
        nodes.call(
            new Invocation(
                soon.id(),
                soon.target(),
                soon.input(),
                soon.origin(),
                deadline,
                null,
                soon.cancellation()));
    StagedWorker.Call there = nodes.worker.next();
    assertThat(there.begins()).isTrue();

    assertThat(ending.get()).isEqualTo(new Outcome.WorkerLost(true));
    assertThat(System.nanoTime() - deadline).isLessThan(Duration.ofSeconds(10).toNanos());
    Eventually.holds("it is cancelled", () -> there.invocation.cancellation().isCancelled());
    there.end(new Outcome.Cancelled(Usage.NONE));
  }

  @Test
  void malformedRequests_areRefused_andHoldNothing() throws Exception {
    nodes.there();
    byte[] head =
        InvocationHead.of(
                TwoNodes.invocation(TwoNodes.VERSION, BODY, new Cancellation()), System.nanoTime())
            .encode();
    assertThat(post(Wire.INVOKE, "2", Buffer.buffer())).isEqualTo(400);
    assertThat(post(Wire.INVOKE, "1", Buffer.buffer())).isEqualTo(400);
    assertThat(post(Wire.INVOKE, "1", prefixed(0))).isEqualTo(400);
    assertThat(post(Wire.INVOKE, "1", prefixed(-1))).isEqualTo(400);
    assertThat(post(Wire.INVOKE, "1", prefixed(HeadLimits.HEAD_BYTES_MAX + 1))).isEqualTo(400);
    assertThat(post(Wire.INVOKE, "1", prefixed(3).appendString("abc"))).isEqualTo(400);
    Buffer whole = prefixed(head.length).appendBytes(head);
    assertThat(post(Wire.INVOKE, "1", whole.copy().appendString("bod"))).isEqualTo(400);
    assertThat(post(Wire.INVOKE, "1", whole.copy().appendString("body+"))).isEqualTo(400);
    assertThat(post("/other", "1", Buffer.buffer())).isEqualTo(404);
    assertThat(post(Wire.GRANT + "x", "1", Buffer.buffer())).isEqualTo(400);
    assertThat(post(Wire.GRANT + "77", "1", Buffer.buffer())).isEqualTo(204);
    assertThat(nodes.worker.all).isEmpty();
    assertThat(nodes.remote().isReady()).isTrue();
  }

  private static Buffer prefixed(int length) {
    return Buffer.buffer().appendLong(1).appendInt(length);
  }

  /** The status of what a node sends that does not keep to the format. */
  private int post(String path, String format, Buffer body) throws Exception {
    NodeCertificates here = nodes.identity("here");
    HttpClientAgent client = nodes.vertxHere.createHttpClient(Peers.options(here));
    HttpClientConnection connection =
        PeerLoop.connect(client, here, TwoNodes.member("there", 1, nodes.server.port()))
            .await(10, TimeUnit.SECONDS);
    try {
      HttpClientRequest request =
          connection
              .request(new RequestOptions().setMethod(HttpMethod.POST).setURI(path))
              .await(10, TimeUnit.SECONDS);
      HttpClientResponse response =
          request.putHeader(Wire.FORMAT_FIELD, format).send(body).await(10, TimeUnit.SECONDS);
      return response.statusCode();
    } finally {
      var unused = connection.close();
    }
  }
}
