package dev.leat.invocations.async;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.Headers;
import dev.leat.contract.HttpCall;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.Origin;
import dev.leat.contract.Outcome;
import dev.leat.contract.TenantId;
import dev.leat.contract.Usage;
import dev.leat.contract.VersionRef;
import dev.leat.invocations.async.AsyncStore.Backlog;
import dev.leat.invocations.async.CallbackStatus.State;
import dev.leat.invocations.async.CallbackStatus.Why;
import dev.leat.invocations.async.Callbacks.Sent;
import dev.leat.invocations.jdbi.InvocationsSchema;
import dev.leat.invocations.jdbi.JdbiAsyncStore;
import dev.leat.invocations.jdbi.JdbiCallbackStore;
import dev.leat.invocations.jdbi.LargeBodies;
import dev.leat.testkit.MigratedDatabases;
import dev.leat.testkit.Seed;
import dev.leat.testkit.TestDatabase;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rounds that a test takes, to a server that answers what it says. */
final class CallbacksTest {
  private static final TenantId ACME = new TenantId("acme");
  private static final byte[] KEY = "a key of some length".getBytes(UTF_8);
  private static final Duration HOUR = Duration.ofHours(1);
  private static final long NOW = 1_800_000_000L;

  private static final MigratedDatabases DATABASES =
      new MigratedDatabases(InvocationsSchema::migrate);

  private final TestDatabase database = DATABASES.h2();
  private final List<Post> posts = new ArrayList<>();
  private Optional<byte[]> key = Optional.of(KEY);
  private Sent answer = new Sent(200, "");
  private final List<Runnable> heldUp = new ArrayList<>();
  private boolean isHeldUp;
  private boolean isOpen = true;
  private boolean isKeyBroken;
  private long requests = 1_000;
  private Duration took = Duration.ZERO;
  private long nanos;
  private int made;
  private AsyncStore store;
  private Callbacks callbacks;

  private record Post(TenantId tenant, String url, Headers fields, byte[] body) {}

  @BeforeEach
  void start() {
    store = new JdbiAsyncStore(database.dataSource(), LargeBodies.inTable(database.dataSource()));
    callbacks =
        new Callbacks(
            new JdbiCallbackStore(database.dataSource()),
            store,
            tenant -> {
              if (isKeyBroken) {
                throw new IllegalStateException("it cannot be decrypted");
              }
              return key;
            },
            (tenant, url, fields, body, patience) -> {
              posts.add(new Post(tenant, url, fields, body));
              nanos += took.toNanos();
              return answer;
            },
            new Callbacks.Quotas() {
              @Override
              public boolean isOpen(TenantId tenant) {
                return isOpen;
              }

              @Override
              public boolean tryTake(FunctionRef function) {
                return requests-- > 0;
              }
            },
            work -> {
              if (isHeldUp) {
                heldUp.add(work);
              } else {
                work.run();
              }
            },
            Clock.fixed(Instant.ofEpochSecond(NOW), ZoneOffset.UTC),
            () -> nanos,
            Seed.orElse(7).random());
  }

  @AfterEach
  void stop() {
    database.close();
  }

  @Test
  void round_sendsTheFunctionsAnswer_signed_once() {
    String id = ends("hello");

    assertThat(callbacks.round()).isTrue();
    assertThat(callbacks.round()).isFalse();

    assertThat(posts).hasSize(1);
    Post post = posts.getFirst();
    assertThat(post.url()).isEqualTo("https://hooks.example.org/done");
    assertThat(post.body()).asString().isEqualTo("hello");
    assertThat(post.fields().first("content-type")).isEqualTo("text/plain");
    assertThat(post.fields().first("leat-invocation-id")).isEqualTo(id);
    assertThat(post.fields().first("leat-invocation-state")).isEqualTo("done");
    assertThat(post.fields().first("leat-invocation-status")).isEqualTo("201");
    assertThat(post.fields().first("leat-signature"))
        .isEqualTo(CallbackSignature.of(KEY, NOW, id, "done", 201, "hello".getBytes(UTF_8)))
        .startsWith("t=" + NOW + ",v1=");
    assertThat(callbacks.counts()).isEqualTo(new Callbacks.Counts(1, 0, 0));
  }

  @Test
  void signature_isThatOfEverybodysTools() {
    // printf '1800000000.id.done.200.body' | openssl dgst -sha256 -hmac key
    assertThat(
            CallbackSignature.of(
                "key".getBytes(UTF_8), NOW, "id", "done", 200, "body".getBytes(UTF_8)))
        .isEqualTo(
            "t=1800000000,v1=767e9b1d079a762022060263de20691d66aa9f95eab1574724bcd1b2c81915c4");
  }

  @Test
  void round_serverThatFails_isTriedAgain_andARedirectIsNoSuccess() {
    ends("hello");
    for (Sent failure : List.of(new Sent(500, ""), new Sent(302, ""), new Sent(0, "lost"))) {
      answer = failure;
      due();
      callbacks.round();
    }
    assertThat(callbacks.round()).as("it waits").isFalse();
    answer = new Sent(204, "");
    due();
    callbacks.round();

    assertThat(posts).hasSize(4);
    assertThat(callbacks.counts()).isEqualTo(new Callbacks.Counts(1, 3, 0));
  }

  @Test
  void round_goneOrAfterADay_isGivenUp() {
    String gone = ends("one");
    answer = new Sent(410, "");
    callbacks.round();
    assertThat(status(gone).state()).isEqualTo(State.GIVEN_UP);
    assertThat(status(gone).lastStatus()).isEqualTo(410);
    ends("two");
    answer = new Sent(503, "");
    database.execute("UPDATE async_callbacks SET give_up_at = CURRENT_TIMESTAMP");
    callbacks.round();
    due();
    callbacks.round();

    assertThat(posts).hasSize(2);
    assertThat(callbacks.counts()).isEqualTo(new Callbacks.Counts(0, 0, 2));
  }

  @Test
  void round_withoutAKey_sendsNothing_untilThereIsOne() {
    String id = ends("hello");
    key = Optional.empty();
    callbacks.round();
    assertThat(posts).isEmpty();
    assertThat(status(id).why()).hasValue(Why.NO_KEY);
    assertThat(status(id).lastError()).isEqualTo("the tenant has no secret 'callback-key'");

    key = Optional.of(KEY);
    due();
    callbacks.round();
    assertThat(posts).hasSize(1);
    assertThat(status(id).state()).isEqualTo(State.DELIVERED);
    assertThat(status(id).attempts()).isEqualTo(2);
    assertThat(status(id).lastStatus()).isEqualTo(200);
  }

  @Test
  void round_longAnswer_isToBeAskedFor() {
    ends("x".repeat(Callbacks.BODY_BYTES_MAX + 1));
    callbacks.round();

    assertThat(posts.getFirst().body()).isEmpty();
    assertThat(posts.getFirst().fields().first("leat-result-omitted")).isEqualTo("too-large");
  }

  /** 64 of them would be 64 MiB at a time, and again at each attempt of a day. */
  @Test
  void round_longAnswer_isNotRead() {
    ends("x".repeat(Callbacks.BODY_BYTES_MAX + 1));
    database.execute("DELETE FROM async_bodies");
    callbacks.round();

    assertThat(posts.getFirst().fields().first("leat-result-omitted")).isEqualTo("too-large");
  }

  @Test
  void round_suspendedTenant_sendsNothing_untilItMay() {
    ends("hello");
    isOpen = false;
    assertThat(callbacks.round()).isFalse();
    isOpen = true;
    callbacks.round();

    assertThat(posts).hasSize(1);
  }

  @Test
  void round_quotaOfRequestsUsedUp_putsAllOff_withoutAnAttempt() {
    for (int i = 0; i < 9; i++) {
      ends("hello");
    }
    requests = 0;
    callbacks.round();
    assertThat(status("00000000").why()).hasValue(Why.QUOTA);
    due();
    assertThat(callbacks.round()).as("it is not asked again at once").isFalse();
    assertThat(posts).isEmpty();
    assertThat(callbacks.counts()).isEqualTo(new Callbacks.Counts(0, 0, 0));

    requests = 9;
    nanos += Callbacks.NO_QUOTA_WAIT.toNanos();
    due();
    while (callbacks.round()) {
      // the next four
    }
    assertThat(posts).hasSize(9);
  }

  @Test
  void round_quotaOfRequestsUsedUpForADay_isGivenUp() {
    ends("hello");
    requests = 0;
    database.execute("UPDATE async_callbacks SET give_up_at = CURRENT_TIMESTAMP");
    callbacks.round();

    assertThat(callbacks.counts()).isEqualTo(new Callbacks.Counts(0, 0, 1));
  }

  @Test
  void round_keyThatCannotBeRead_isAFailedAttempt_andEndsAfterADay() {
    ends("hello");
    isKeyBroken = true;
    callbacks.round();
    database.execute("UPDATE async_callbacks SET give_up_at = CURRENT_TIMESTAMP");
    due();
    callbacks.round();

    assertThat(callbacks.counts()).isEqualTo(new Callbacks.Counts(0, 1, 1));
    assertThat(callbacks.round()).isFalse();
  }

  @Test
  void round_tenantWhoseServersTakeLong_hasOneSlot_untilOneIsQuick() {
    for (int i = 0; i < 20; i++) {
      ends("hello");
    }
    answer = new Sent(0, "no answer came in time");
    took = Callbacks.PATIENCE;
    callbacks.round();
    assertThat(posts).hasSize(4);

    isHeldUp = true;
    callbacks.round();
    callbacks.round();
    assertThat(heldUp).hasSize(1);

    took = Duration.ZERO;
    answer = new Sent(200, "");
    heldUp.removeFirst().run();
    callbacks.round();
    assertThat(heldUp).hasSize(4);
  }

  private CallbackStatus status(String id) {
    return store.find(ACME, id).orElseThrow().callback().orElseThrow();
  }

  private void due() {
    database.execute("UPDATE async_callbacks SET due_at = CURRENT_TIMESTAMP");
  }

  private String ends(String body) {
    String id = "%08d".formatted(made++);
    VersionRef version =
        new VersionRef(
            new FunctionRef(ACME, new FunctionName("f")), 1, ModuleDigest.of(new byte[] {1}));
    store.accept(
        List.of(
            new NewInvocation(
                id,
                version,
                new HttpCall("POST", "", null, Headers.NONE, new byte[0]),
                Origin.ANONYMOUS,
                HOUR,
                Optional.empty(),
                Optional.of("https://hooks.example.org/done"),
                0)),
        it -> new Backlog(10, 1 << 30));
    QueuedInvocation taken =
        store
            .turn(1, List.of(), tenant -> new Backlog(10, 1 << 30), List.of(), 1, "", tenant -> 1)
            .taken()
            .getFirst();
    Usage used = new Usage(42, 0, 0, Usage.Acquire.WARM, 0, 0, 0, 0);
    store.turn(
        1,
        List.of(
            new Settled.Answered(
                taken,
                new Outcome.Responded(
                    201, Headers.of("Content-Type", "text/plain"), body.getBytes(UTF_8), used),
                HOUR,
                Optional.empty())),
        tenant -> new Backlog(10, 1 << 30),
        List.of(),
        0,
        "",
        tenant -> 0);
    return id;
  }
}
