package dev.leat.worker.guest;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.leat.contract.Cancellation;
import dev.leat.contract.Headers;
import dev.leat.contract.HttpCall;
import dev.leat.contract.Invocation;
import dev.leat.testkit.WasmBuilder;
import dev.leat.worker.TestFunction;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class EventsTest {
  private static final int BODY_BYTES = 4 << 20;

  private final Events events = new Events(InstantSource.system());
  private long fuel;

  /** Classes that are loaded for the first body are no part of what one takes. */
  @BeforeEach
  void loadClasses() {
    for (String body : new String[] {"[{\"a\":1}]", "text"}) {
      int unused =
          events.of(invocation(body.getBytes(StandardCharsets.UTF_8)), units -> {}).length();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"[],", "1,", "\"\\u0000\",", "\u0000", "{\"a\":", "["})
  void of_aLargeBody_takesNoMemoryOfItsSize(String part) {
    assertThat(allocatedFor(part)).isLessThan(BODY_BYTES / 2);
  }

  @Test
  void of_aBodyOfManyNames_keepsNone() {
    assertThat(allocatedFor("{\"a\":1},")).as("as each passes by").isLessThan(BODY_BYTES * 8);
  }

  private long allocatedFor(String part) {
    byte[] body = ("[" + part.repeat(BODY_BYTES / part.length())).getBytes(StandardCharsets.UTF_8);
    Invocation invocation = invocation(body);
    long before = allocatedBytes();

    int length = events.of(invocation, units -> fuel += units).length();

    long allocated = allocatedBytes() - before;
    assertThat(length).isGreaterThan(body.length);
    assertThat(fuel).isGreaterThan(body.length);
    return allocated;
  }

  private static long allocatedBytes() {
    return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
  }

  private static Invocation invocation(byte[] body) {
    return new Invocation(
        "r",
        TestFunction.processor(new WasmBuilder()).version(),
        new HttpCall("POST", "", null, Headers.NONE, body),
        new Cancellation());
  }
}
