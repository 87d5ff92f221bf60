package dev.leat.contract.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.contract.FixedConditions;
import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.Headers;
import dev.leat.contract.HostCalls;
import dev.leat.contract.HttpCall;
import dev.leat.contract.Input;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.Origin;
import dev.leat.contract.Outcome;
import dev.leat.contract.TenantId;
import dev.leat.contract.Trigger;
import dev.leat.contract.Usage;
import dev.leat.contract.VersionRef;
import dev.leat.contract.codec.HeadRefused.Reason;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is written is read again, and nothing else is. */
class HeadTest {
  private static final int ROUNDS = 200;
  private static final Function<byte[], byte[]> INVOCATION =
      head -> InvocationHead.decode(head).encode();
  private static final Function<byte[], byte[]> OUTCOME = head -> OutcomeHead.decode(head).encode();

  private static final Usage USAGE =
      new Usage(
          1,
          2,
          3,
          Usage.Acquire.RESET,
          4,
          0,
          5,
          6,
          7,
          new HostCalls(List.of(new HostCalls.OfPower("keyValue", 1, 2, 3))));
  private static final InvocationHead CALL =
      new InvocationHead(
          "request-1",
          new VersionRef(
              new FunctionRef(new TenantId("acme"), new FunctionName("mask")),
              7,
              new ModuleDigest("ab".repeat(32))),
          new HttpCall("POST", "/x", "q=1", Headers.of("accept", "*/*"), RandomHeads.NO_BODY),
          5,
          new Origin("ann", new TenantId("acme"), Trigger.HTTP, "00-trace", 2),
          Duration.ofMillis(1_500),
          new FixedConditions(Instant.ofEpochSecond(1_700_000_000, 9), "s"));
  private static final OutcomeHead ANSWER =
      new OutcomeHead(
          new Outcome.Responded(201, Headers.of("a", "é"), RandomHeads.NO_BODY, USAGE),
          HeadLimits.BODY_UNKNOWN);

  @SuppressWarnings("unchecked")
  private static <T> Stream<Class<? extends T>> kinds(Class<T> sealed) {
    return Arrays.stream(sealed.getPermittedSubclasses()).map(kind -> (Class<? extends T>) kind);
  }

  static Stream<Class<? extends Input>> inputs() {
    return kinds(Input.class);
  }

  static Stream<Class<? extends Outcome>> outcomes() {
    return kinds(Outcome.class);
  }

  @ParameterizedTest
  @MethodSource("inputs")
  void invocation_isReadAsItWasWritten(Class<? extends Input> kind) {
    for (long seed = 0; seed < ROUNDS; seed++) {
      InvocationHead written = new RandomHeads(seed).invocation(kind);

      InvocationHead read = InvocationHead.decode(written.encode());

      assertThat(read).as("seed %d", seed).usingRecursiveComparison().isEqualTo(written);
    }
  }

  @ParameterizedTest
  @MethodSource("outcomes")
  void outcome_isReadAsItWasWritten(Class<? extends Outcome> kind) {
    for (long seed = 0; seed < ROUNDS; seed++) {
      OutcomeHead written = new RandomHeads(seed).outcome(kind);

      OutcomeHead read = OutcomeHead.decode(written.encode());

      assertThat(read).as("seed %d", seed).usingRecursiveComparison().isEqualTo(written);
      assertThat(read.outcome()).isInstanceOf(kind);
    }
  }

  @ParameterizedTest
  @MethodSource("inputs")
  void alteredInvocation_isReadForWhatItSays_orRefused(Class<? extends Input> kind) {
    for (long seed = 0; seed < 3; seed++) {
      altered("seed " + seed, new RandomHeads(seed).invocation(kind).encode(), INVOCATION);
    }
  }

  @ParameterizedTest
  @MethodSource("outcomes")
  void alteredOutcome_isReadForWhatItSays_orRefused(Class<? extends Outcome> kind) {
    for (long seed = 0; seed < 3; seed++) {
      altered("seed " + seed, new RandomHeads(seed).outcome(kind).encode(), OUTCOME);
    }
  }

  /** Each bit turned, each byte made the largest, cut at each place, and one byte more. */
  private static void altered(String seed, byte[] head, Function<byte[], byte[]> again) {
    for (int at = 0; at < head.length; at++) {
      for (int bit = 0; bit < 8; bit++) {
        byte[] turned = head.clone();
        turned[at] ^= (byte) (1 << bit);
        readsTheSame(seed + " at " + at, turned, again);
      }
      byte[] large = head.clone();
      large[at] = (byte) 0xff;
      readsTheSame(seed + " at " + at, large, again);
      byte[] cut = Arrays.copyOf(head, at);
      assertRefused(cut, again, Reason.TRUNCATED);
    }
    assertRefused(Arrays.copyOf(head, head.length + 1), again, Reason.TRAILING);
  }

  /** Whatever is read has one form, so nothing was passed over or guessed. */
  private static void readsTheSame(String where, byte[] head, Function<byte[], byte[]> again) {
    try {
      assertThat(again.apply(head)).as(where).isEqualTo(head);
    } catch (HeadRefused refused) {
      assertThat(refused.getMessage()).as(where).isNotBlank();
    }
  }

  private static void assertRefused(byte[] head, Function<byte[], byte[]> read, Reason reason) {
    assertThatThrownBy(() -> read.apply(head))
        .isInstanceOfSatisfying(
            HeadRefused.class, refused -> assertThat(refused.reason()).isEqualTo(reason));
  }

  @Test
  void noise_isRefused() {
    Random random = new Random(1);
    for (int i = 0; i < 2_000; i++) {
      byte[] noise = new byte[random.nextInt(200)];
      random.nextBytes(noise);
      assertThatThrownBy(() -> INVOCATION.apply(noise)).isInstanceOf(HeadRefused.class);
      byte[] begun = CALL.encode();
      System.arraycopy(noise, 0, begun, 6, Math.min(noise.length, begun.length - 6));
      readsTheSame("noise " + i, begun, INVOCATION);
    }
  }

  @Test
  void otherForms_areRefused() {
    byte[] later = CALL.encode();
    later[4]++;
    assertRefused(later, INVOCATION, Reason.UNKNOWN_FORM);

    assertRefused(ANSWER.encode(), INVOCATION, Reason.NO_HEAD);
    assertRefused(CALL.encode(), OUTCOME, Reason.NO_HEAD);
    assertRefused("GET / HTTP/1.1".getBytes(UTF_8), OUTCOME, Reason.NO_HEAD);
  }

  @Test
  void unknownValues_areRefused() {
    byte[] ending = new OutcomeHead(new Outcome.WorkerLost(true), 0).encode();
    for (int number : new int[] {0, 15, 255}) {
      ending[6] = (byte) number;
      assertRefused(ending, OUTCOME, Reason.INVALID);
    }
    byte[] flag = new OutcomeHead(new Outcome.WorkerLost(true), 0).encode();
    flag[7] = 2;
    assertRefused(flag, OUTCOME, Reason.INVALID);
  }

  /** A change of the form that forgets to be another version is seen here. */
  @Test
  void form4_staysAsItIs() {
    assertThat(hex(CALL.encode()))
        .isEqualTo(
            "4c454154"
                + "04"
                + "01"
                + "00000009"
                + hex("request-1".getBytes(UTF_8))
                + "00000004"
                + hex("acme".getBytes(UTF_8))
                + "00000004"
                + hex("mask".getBytes(UTF_8))
                + "00000007"
                + "ab".repeat(32)
                + "01"
                + "00000004"
                + hex("POST".getBytes(UTF_8))
                + "00000002"
                + hex("/x".getBytes(UTF_8))
                + "01"
                + "00000003"
                + hex("q=1".getBytes(UTF_8))
                + "00000001"
                + "00000006"
                + hex("accept".getBytes(UTF_8))
                + "00000003"
                + hex("*/*".getBytes(UTF_8))
                + "0000000000000005"
                + "01"
                + "00000003"
                + hex("ann".getBytes(UTF_8))
                + "01"
                + "00000004"
                + hex("acme".getBytes(UTF_8))
                + "01"
                + "01"
                + "00000008"
                + hex("00-trace".getBytes(UTF_8))
                + "00000002"
                + "0000000059682f00"
                + "01"
                + "000000006553f100"
                + "00000009"
                + "00000001"
                + "73");
    assertThat(hex(ANSWER.encode()))
        .isEqualTo(
            "4c454154"
                + "04"
                + "02"
                + "01"
                + "000000c9"
                + "00000001"
                + "00000001"
                + "61"
                + "00000002"
                + "c3a9"
                + "0000000000000001"
                + "0000000000000002"
                + "0000000000000003"
                + "02"
                + "0000000000000004"
                + "0000000000000000"
                + "0000000000000005"
                + "0000000000000006"
                + "0000000000000007"
                + "01"
                + "00000008"
                + hex("keyValue".getBytes(UTF_8))
                + "0000000000000001"
                + "0000000000000002"
                + "0000000000000003"
                + "ffffffffffffffff");
  }

  @Test
  void hostCallsOfNoPower_orOfOneTwice_areRefused() {
    byte[] answer = ANSWER.encode();
    String power = hex("keyValue".getBytes(UTF_8));
    String unknown = hex(answer).replace(power, hex("keyXalue".getBytes(UTF_8)));

    assertRefused(HexFormat.of().parseHex(unknown), OUTCOME, Reason.INVALID);
    String count = "01" + "00000008" + power;
    String twice =
        hex(answer).replace(count, "02" + "00000008" + power + "0".repeat(48) + "00000008" + power);
    assertRefused(HexFormat.of().parseHex(twice), OUTCOME, Reason.INVALID);
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  @Test
  void claimedLengths_areRefused_beforeRoomIsMade() {
    byte[] call = CALL.encode();
    byte[] answer = ANSWER.encode();
    int id = 6;
    int fields = 11;

    assertRefused(claiming(HeadLimits.TEXT_BYTES_MAX, id, call), INVOCATION, Reason.TRUNCATED);
    assertRefused(claiming(Integer.MAX_VALUE, id, call), INVOCATION, Reason.TOO_LARGE);
    assertRefused(claiming(-1, id, call), INVOCATION, Reason.TOO_LARGE);
    assertRefused(claiming(HeadLimits.FIELDS_MAX, fields, answer), OUTCOME, Reason.TRUNCATED);
    assertRefused(claiming(HeadLimits.FIELDS_MAX + 1, fields, answer), OUTCOME, Reason.TOO_LARGE);
    assertRefused(new byte[HeadLimits.HEAD_BYTES_MAX + 1], OUTCOME, Reason.TOO_LARGE);
  }

  private static byte[] claiming(int length, int at, byte[] head) {
    byte[] altered = head.clone();
    ByteBuffer.wrap(altered).putInt(at, length);
    return altered;
  }

  @Test
  void largestRequest_fits() {
    Headers.Builder fields = new Headers.Builder();
    IntStream.range(0, HeadLimits.FIELDS_MAX).forEach(i -> fields.add("é", ""));
    Headers one = Headers.of("a", "é".repeat(32 << 10));

    assertThat(InvocationHead.decode(call(fields.build(), 8 << 10).encode()).input())
        .isInstanceOfSatisfying(
            HttpCall.class,
            call -> assertThat(call.headers().size()).isEqualTo(HeadLimits.FIELDS_MAX));
    assertThat(call(one, 8 << 10).encode()).hasSizeLessThan(HeadLimits.HEAD_BYTES_MAX);
  }

  @Test
  void whatIsTooLarge_isNotWritten() {
    Headers.Builder fields = new Headers.Builder();
    IntStream.rangeClosed(0, HeadLimits.FIELDS_MAX).forEach(i -> fields.add("", ""));
    Headers.Builder all = new Headers.Builder();
    IntStream.range(0, 5).forEach(i -> all.add("", "x".repeat(HeadLimits.TEXT_BYTES_MAX)));

    Stream.of(
            call(fields.build(), 1),
            call(all.build(), 1),
            call(Headers.NONE, HeadLimits.TEXT_BYTES_MAX + 1))
        .forEach(head ->
            assertThatThrownBy(head::encode)
                .isInstanceOfSatisfying(
                    HeadRefused.class,
                    refused -> assertThat(refused.reason()).isEqualTo(Reason.TOO_LARGE)));
  }

  private static InvocationHead call(Headers headers, int pathBytes) {
    HttpCall call = new HttpCall("GET", "p".repeat(pathBytes), null, headers, RandomHeads.NO_BODY);
    return new InvocationHead("r", CALL.version(), call, 0, Origin.ANONYMOUS, Duration.ZERO, null);
  }

  @Test
  void guestsWords_neverKeepAnEndingBack() {
    String endless = "漢".repeat(1_000_000);

    OutcomeHead read =
        OutcomeHead.decode(OutcomeHead.of(new Outcome.Trapped(endless, USAGE)).encode());

    assertThat(endless).startsWith(read.outcome().error());
    assertThat(read.outcome().error()).hasSize(HeadLimits.ERROR_CHARS_MAX);
  }

  @Test
  void timesAndLengthsOutOfRange_areRefused() {
    byte[] answer = ANSWER.encode();
    answer[answer.length - 1] = (byte) 0xfe;
    assertRefused(answer, OUTCOME, Reason.INVALID);

    byte[] negativeFuel = OutcomeHead.of(new Outcome.Cancelled(USAGE)).encode();
    negativeFuel[7] = (byte) 0x80;
    assertRefused(negativeFuel, OUTCOME, Reason.INVALID);

    byte[] bodyOfAFailure = OutcomeHead.of(new Outcome.Cancelled(USAGE)).encode();
    bodyOfAFailure[bodyOfAFailure.length - 1] = 1;
    assertRefused(bodyOfAFailure, OUTCOME, Reason.INVALID);
  }
}
