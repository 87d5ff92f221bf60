package dev.leat.gateway.invocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.HostCalls;
import dev.leat.contract.Usage;
import dev.leat.contract.Usage.Acquire;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerTimingTest {
  @Test
  void of_aUsage_namesItsTimesInOrder() {
    Usage usage = new Usage(1, 0, 0, Acquire.RESET, 71_000, 999, 12_345_678, 0);

    assertThat(ServerTiming.of(usage, TimeUnit.SECONDS.toNanos(61)).toString())
        .isEqualTo(
            "queue;dur=0.071, acquire;desc=reset;dur=0.000, exec;dur=12.345, total;dur=61000.000");
  }

  @Test
  void of_aColdStart_saysWhatLoadingTook() {
    Usage usage =
        new Usage(1, 0, 0, Acquire.COLD, 9_000_000, 8_000_000, 3_000_000, 1_000, 0, HostCalls.NONE);

    assertThat(ServerTiming.of(usage, 13_000_000).toString())
        .isEqualTo(
            "queue;dur=9.000, load;dur=8.000, acquire;desc=cold;dur=3.000, exec;dur=0.001,"
                + " total;dur=13.000");
  }

  @Test
  void of_theLargestTimes_fits() {
    long max = Long.MAX_VALUE;
    Usage usage = new Usage(1, 0, 0, Acquire.RESET, max, max, max, max, 0, HostCalls.NONE);

    assertThat(ServerTiming.of(usage, max).toString()).endsWith("total;dur=9223372036854.775");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0.000",
    "999, 0.000",
    "1000, 0.001",
    "10000, 0.010",
    "999999, 0.999",
    "1000000, 1.000",
    "9999999, 9.999",
    "10000000, 10.000",
    "100000000, 100.000",
    "9223372036854775807, 9223372036854.775"
  })
  void of_nanoseconds_areMillisecondsRoundedDown(long nanos, String millis) {
    Usage usage = new Usage(1, 0, 0, Acquire.COLD, nanos, nanos, nanos, 0);

    assertThat(ServerTiming.of(usage, nanos).toString())
        .isEqualTo(
            "queue;dur=%1$s, acquire;desc=cold;dur=%1$s, exec;dur=%1$s, total;dur=%1$s"
                .formatted(millis));
  }

  @ParameterizedTest
  @CsvSource({"NONE, none", "WARM, warm", "RESET, reset", "COLD, cold"})
  void of_anAcquire_isItsWord(Acquire acquire, String word) {
    Usage usage = new Usage(1, 0, 0, acquire, 0, 0, 0, 0);

    assertThat(ServerTiming.of(usage, 0).toString()).contains("acquire;desc=" + word + ";dur=");
  }
}
