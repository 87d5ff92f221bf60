package dev.leat.scheduler;

import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Invocation;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** A worker that keeps what it is given until the test ends it. */
final class ScriptedWorker implements WorkerNode {
  /** What it was given and has not ended. */
  record Given(ScriptedWorker worker, Invocation invocation, Callback callback) {}

  final List<Given> given = new ArrayList<>();
  final Set<FunctionVersion> warm = new HashSet<>();
  boolean isReady = true;
  int inFlight;
  long backlogNanos = Long.MAX_VALUE;
  private final String node;
  private final boolean isLocal;
  private final int capacity;

  ScriptedWorker(String node, int capacity) {
    this(node, false, capacity);
  }

  private ScriptedWorker(String node, boolean isLocal, int capacity) {
    this.node = node;
    this.isLocal = isLocal;
    this.capacity = capacity;
  }

  static ScriptedWorker own(int capacity) {
    return new ScriptedWorker("own", true, capacity);
  }

  /** Workers {@code w0}, {@code w1}, ... */
  static List<ScriptedWorker> several(int count, int capacity) {
    List<ScriptedWorker> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      all.add(new ScriptedWorker("w" + i, capacity));
    }
    return all;
  }

  @Override
  public void invoke(Invocation invocation, Callback callback) {
    inFlight++;
    given.add(new Given(this, invocation, callback));
  }

  @Override
  public String node() {
    return node;
  }

  @Override
  public boolean isLocal() {
    return isLocal;
  }

  @Override
  public boolean isReady() {
    return isReady;
  }

  @Override
  public Load load() {
    int running = Math.min(inFlight, capacity);
    return new Load(running, inFlight - running, capacity);
  }

  @Override
  public long backlogNanos() {
    return backlogNanos;
  }

  @Override
  public boolean isWarm(FunctionVersion version) {
    return warm.contains(version);
  }

  @Override
  public String toString() {
    return node;
  }
}
