package dev.leat.worker.guest;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class StepAnswerTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @Test
  void memberOfAnotherName_isNotRead() {
    byte[] small = json("{\"more\":{}}");
    byte[] large = json("{\"more\":[" + "1.5,".repeat(500_000) + "1]}");
    assertThat(StepAnswer.of(small)).isEmpty(); // with all classes that it takes

    long before = THREADS.getCurrentThreadAllocatedBytes();
    assertThat(StepAnswer.of(large).isEmpty()).isTrue();

    assertThat(THREADS.getCurrentThreadAllocatedBytes() - before).isLessThan(large.length / 4);
  }

  private static byte[] json(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
