package dev.leat.cluster.hazelcast;

import com.hazelcast.topic.ITopic;
import com.hazelcast.topic.Message;
import dev.leat.cluster.Hearer;
import dev.leat.cluster.trust.Seals;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What nodes say to all others. It is sealed, since whoever reaches the members' port may join them
 * and listen, or speak. What cannot be sent now, or not opened, is dropped.
 */
final class Conversation implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Conversation.class);

  /** Those that wait for Hazelcast: what a node says in half a second. */
  private static final int WAITING_MAX = 20;

  /** A sealed message; longer ones are not looked at. */
  private static final int BYTES_MAX = 64 << 10;

  private final Seals seals;
  private final Hearer hearer;
  private final BlockingQueue<byte[]> waiting = new ArrayBlockingQueue<>(WAITING_MAX);
  private final Thread speaking = Thread.ofVirtual().name("say-to-others").unstarted(this::speak);
  private volatile @Nullable ITopic<byte[]> topic;
  private volatile boolean closed;

  Conversation(Seals seals, Hearer hearer) {
    this.seals = seals;
    this.hearer = hearer;
  }

  void start() {
    speaking.start();
  }

  /** From now on it goes by this topic. */
  void by(ITopic<byte[]> next) {
    next.addMessageListener(this::hear);
    topic = next;
  }

  void byNone() {
    topic = null;
  }

  /** Never blocks. */
  void say(byte[] message) {
    waiting.offer(message);
  }

  private void speak() {
    while (!closed) {
      try {
        byte[] message = waiting.take();
        ITopic<byte[]> there = topic;
        if (there != null) {
          there.publish(seals.seal(message));
        }
      } catch (InterruptedException e) {
        return; // closed
      } catch (RuntimeException | Error e) {
        LOG.debug("Saying something to the other nodes failed", e);
      }
    }
  }

  private void hear(Message<byte[]> message) {
    try {
      // A stranger may send anything, whatever the type says.
      Object sealed = message.getMessageObject();
      if (sealed instanceof byte[] bytes && bytes.length <= BYTES_MAX) {
        seals
            .open(bytes)
            .ifPresent(
                opened -> hearer.heard(opened.node(), opened.incarnation(), opened.message()));
      }
    } catch (RuntimeException e) {
      LOG.debug("What was said to all nodes cannot be read", e);
    }
  }

  @Override
  public void close() {
    closed = true;
    speaking.interrupt();
  }
}
