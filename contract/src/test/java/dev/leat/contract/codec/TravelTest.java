package dev.leat.contract.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.contract.Cancellation;
import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Grants;
import dev.leat.contract.GuestContract;
import dev.leat.contract.Headers;
import dev.leat.contract.HttpCall;
import dev.leat.contract.InstancePolicy;
import dev.leat.contract.Invocation;
import dev.leat.contract.Limits;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.Origin;
import dev.leat.contract.Outcome;
import dev.leat.contract.TenantId;
import dev.leat.contract.Trigger;
import dev.leat.contract.Usage;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** An invocation goes to another node, and its ending comes back. */
class TravelTest {
  private static final byte[] BODY = {1, 2, 3};
  private static final FunctionVersion VERSION = version(1, "v1");

  /** The two nodes' clocks have nothing to do with each other. */
  private static final long HERE = 5;

  private static final long THERE = Long.MAX_VALUE - 1;

  private static final Invocation SENT =
      new Invocation(
          "r",
          VERSION,
          new HttpCall("POST", "/x", null, Headers.of("a", "b"), BODY),
          new Origin("ann", new TenantId("acme"), Trigger.HTTP, null, 1),
          HERE + Duration.ofSeconds(3).toNanos(),
          null,
          new Cancellation());

  private static FunctionVersion version(int number, String module) {
    return new FunctionVersion(
        new FunctionRef(new TenantId("acme"), new FunctionName("f")),
        number,
        ModuleDigest.of(module.getBytes(UTF_8)),
        GuestContract.HANDLER,
        Limits.DEFAULT,
        InstancePolicy.DEFAULT,
        Grants.NONE,
        "{}");
  }

  private static InvocationHead sent(long nowNanos) {
    return InvocationHead.decode(InvocationHead.of(SENT, nowNanos).encode());
  }

  @Test
  void invocation_isThereWhatItWasHere() {
    InvocationHead head = sent(HERE);
    Cancellation there = new Cancellation();

    Invocation arrived = head.invocation(VERSION, BODY, THERE, there);

    assertThat(head.bodyBytes()).isEqualTo(BODY.length);
    assertThat(head.input().body()).isEmpty();
    assertThat(arrived)
        .usingRecursiveComparison()
        .ignoringFields("deadlineNanos", "cancellation")
        .isEqualTo(SENT);
    assertThat(arrived.cancellation()).isSameAs(there);
  }

  @Test
  void deadline_isAsFarThereAsItWasHere() {
    long later = HERE + Duration.ofSeconds(1).toNanos();

    Invocation arrived = sent(later).invocation(VERSION, BODY, THERE, new Cancellation());

    assertThat(arrived.nanosLeft(THERE)).isEqualTo(Duration.ofSeconds(2).toNanos());
  }

  @Test
  void deadline_thatHasPassed_hasPassedThere() {
    InvocationHead head = sent(HERE + Duration.ofHours(1).toNanos());

    assertThat(head.invocation(VERSION, BODY, THERE, new Cancellation()).nanosLeft(THERE)).isZero();
  }

  @Test
  void anotherVersion_orAnotherModuleOfItsNumber_isNotTaken() {
    InvocationHead head = sent(HERE);

    for (FunctionVersion other : new FunctionVersion[] {version(2, "v1"), version(1, "v2")}) {
      assertThatThrownBy(() -> head.invocation(other, BODY, THERE, new Cancellation()))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void body_isAsLongAsItsHeadSaid() {
    assertThatThrownBy(() -> sent(HERE).invocation(VERSION, new byte[2], THERE, new Cancellation()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void response_comesBackWithItsBody() {
    Outcome.Responded answer = new Outcome.Responded(200, Headers.of("a", "b"), BODY, Usage.NONE);

    OutcomeHead head = OutcomeHead.decode(OutcomeHead.of(answer).encode());

    assertThat(head.bodyBytes()).isEqualTo(BODY.length);
    assertThat(head.outcome(BODY)).usingRecursiveComparison().isEqualTo(answer);
    assertThatThrownBy(() -> head.outcome(new byte[4]))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
