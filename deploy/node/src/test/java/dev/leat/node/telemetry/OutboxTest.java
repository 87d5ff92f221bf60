package dev.leat.node.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.testkit.Eventually;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class OutboxTest {
  private final ExportCounts counts = new ExportCounts("traces");
  private final List<Integer> sent = Collections.synchronizedList(new ArrayList<>());

  private Outbox<Integer> outbox(Outbox.Sender<Integer> sender) {
    return new Outbox<>(counts, sender);
  }

  @Test
  void add_queueFull_isLeftOutAndCounted() {
    Outbox<Integer> outbox = outbox(batch -> true); // never started

    IntStream.range(0, Outbox.QUEUED_MAX + 7).forEach(outbox::add);

    assertThat(counts.dropped()).isEqualTo(7);
  }

  @Test
  void close_sendsAllThatIsLeft_inOrder_inBatches() {
    List<Integer> sizes = Collections.synchronizedList(new ArrayList<>());
    Outbox<Integer> outbox =
        outbox(batch -> {
          sizes.add(batch.size());
          return sent.addAll(batch);
        });
    IntStream.range(0, 2_000).forEach(outbox::add);
    outbox.start();

    outbox.close();

    assertThat(sent).isEqualTo(IntStream.range(0, 2_000).boxed().toList());
    assertThat(sizes).allMatch(size -> size <= Outbox.BATCH_MAX);
    assertThat(counts.exported()).isEqualTo(2_000);
  }

  @Test
  void send_refusedOrThrowing_isCounted_andTheNextGo() {
    Outbox<Integer> outbox =
        outbox(batch -> {
          if (batch.contains(1)) {
            throw new IllegalStateException("away");
          }
          return !batch.contains(2) && sent.addAll(batch);
        });
    outbox.start();
    outbox.add(1);
    Eventually.holds("the first failed", () -> counts.failed() == 1);
    outbox.add(2);
    Eventually.holds("the second failed", () -> counts.failed() == 2);
    outbox.add(3);

    Eventually.holds("the third went", () -> counts.exported() == 1);
    outbox.close();
    assertThat(sent).containsExactly(3);
  }

  @Test
  void close_whileTheOtherSideHangs_ends() {
    CountDownLatch never = new CountDownLatch(1);
    CountDownLatch hanging = new CountDownLatch(1);
    Outbox<Integer> outbox =
        outbox(batch -> {
          hanging.countDown();
          try {
            never.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          return false;
        });
    outbox.start();
    outbox.add(1);
    Eventually.holds("it hangs", () -> hanging.getCount() == 0);

    outbox.close();

    Eventually.holds("it is given up", () -> counts.failed() == 1);
  }
}
