package dev.leat.tenants.budget;

import dev.leat.tenants.budget.Gateways.Gateway;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/** Gateways of a cluster in one JVM: their time is told, and their messages may be held back. */
final class Gates {
  private static final Duration STEP = Duration.ofMillis(1);

  final List<Node> nodes = new ArrayList<>();
  private final RandomGenerator random;

  /** What the directory says, by name; the same for all. */
  private final Map<String, Gateway> directory = new TreeMap<>();

  private final List<Message> underWay = new ArrayList<>();
  private long nanos = 1_000_000_000_000L;
  private boolean isParted;
  private int lostPercent;
  private int slowestMillis = 2;

  private record Message(Node from, Node to, int number, byte[] bytes, long atNanos) {}

  Gates(int count, RandomGenerator random) {
    this.random = random;
    for (int i = 0; i < count; i++) {
      join("n" + i, 1);
    }
  }

  Node join(String name, long incarnation) {
    Node node = new Node(name, incarnation);
    directory.put(name, node.self());
    nodes.add(node);
    return node;
  }

  /** It is gone, without a word. */
  void kill(Node node) {
    nodes.remove(node);
    underWay.removeIf(message -> message.to == node);
  }

  /** The directory has found that it is gone. */
  void lost(Node node) {
    directory.remove(node.name);
  }

  void part() {
    isParted = true;
    underWay.clear();
  }

  void heal() {
    isParted = false;
  }

  void lose(int percent, int upToMillis) {
    lostPercent = percent;
    slowestMillis = upToMillis;
  }

  /** Lets time pass by milliseconds; at each the action is done, then messages and rounds. */
  void run(Duration time, Runnable eachMilli) {
    for (long end = nanos + time.toNanos(); nanos < end; nanos += STEP.toNanos()) {
      eachMilli.run();
      List<Message> due = underWay.stream().filter(message -> message.atNanos <= nanos).toList();
      underWay.removeAll(due);
      due.forEach(Gates::deliver);
      nodes.forEach(Node::roundIfDue);
    }
  }

  /** As the seals do: what is older than the last of its sender is nothing. */
  private static void deliver(Message message) {
    if (message.number > message.to.last.getOrDefault(message.from, -1)) {
      message.to.last.put(message.from, message.number);
      message.to.budgets.heard(message.from.name, message.from.incarnation, message.bytes);
    }
  }

  void run(Duration time) {
    run(time, () -> {});
  }

  final class Node implements Gateways {
    final String name;
    final long incarnation;
    final ClusterBudgets budgets;
    private final Map<Node, Integer> last = new HashMap<>();
    private int said;
    private long roundAt;
    boolean isPaused;

    Node(String name, long incarnation) {
      this.name = name;
      this.incarnation = incarnation;
      this.budgets = new ClusterBudgets(this, this::say, () -> nanos);
      this.roundAt = nanos + random.nextLong(ClusterBudgets.ROUND.toNanos());
    }

    private void say(byte[] bytes) {
      said++;
      for (Node to : nodes) {
        if (to != this && !isParted && random.nextInt(100) >= lostPercent) {
          long late = random.nextLong(1 + Duration.ofMillis(slowestMillis).toNanos());
          underWay.add(new Message(this, to, said, bytes, nanos + late));
        }
      }
    }

    private void roundIfDue() {
      if (roundAt <= nanos && !isPaused) {
        budgets.round();
        roundAt += ClusterBudgets.ROUND.toNanos();
      }
    }

    @Override
    public Gateway self() {
      return new Gateway(name, incarnation, true);
    }

    @Override
    public List<Gateway> all() {
      return List.copyOf(directory.values());
    }
  }
}
