package dev.leat.gateway;

import dev.leat.contract.Headers;
import dev.leat.contract.Invocation;
import dev.leat.contract.Invoker;
import dev.leat.contract.Outcome;
import dev.leat.contract.Usage;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Functions that answer what a test says, on a thread of their own; or that run until the test ends
 * them.
 */
final class ScriptedFunctions implements Invoker {
  final List<Invocation> invoked = new CopyOnWriteArrayList<>();
  final List<Invoker.Callback> running = new CopyOnWriteArrayList<>();

  /** What they answer; null to run until they are ended. */
  volatile @Nullable Function<Invocation, Outcome> script = call -> saying("hello");

  @Override
  public void invoke(Invocation invocation, Invoker.Callback callback) {
    invoked.add(invocation);
    Function<Invocation, Outcome> answer = script;
    if (answer == null) {
      running.add(callback);
    } else {
      Thread.startVirtualThread(() -> callback.ended(answer.apply(invocation)));
    }
  }

  void endAll(Outcome outcome) {
    running.forEach(callback -> callback.ended(outcome));
    running.clear();
  }

  static Outcome saying(String text) {
    return responding(200, Headers.NONE, text);
  }

  static Outcome responding(int status, Headers headers, String text) {
    return new Outcome.Responded(
        status, headers, text.getBytes(java.nio.charset.StandardCharsets.UTF_8), Usage.NONE);
  }
}
