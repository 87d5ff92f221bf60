package dev.leat.registry.loglevel;

import dev.leat.contract.Answer;
import dev.leat.contract.Change;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.ProblemCode;
import dev.leat.store.ChangeFeed;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * From which level on lines of each function are kept at this moment, in memory: asking takes no
 * lock and does no I/O. The feed of changes alone writes here. Safe for several threads.
 */
public final class LogLevels implements ChangeFeed.Subscriber {
  private final LogLevelStore store;

  /** Only functions of which a level was set. */
  private final Map<FunctionRef, LogLevel> levels = new ConcurrentHashMap<>();

  public LogLevels(LogLevelStore store) {
    this.store = store;
  }

  /** Whether a line of this level is kept. */
  public boolean keeps(FunctionRef function, LogLevel line) {
    return of(function).keeps(line);
  }

  public LogLevel of(FunctionRef function) {
    return levels.getOrDefault(function, LogLevel.STANDARD);
  }

  /** Has lines be kept from this level on, on every node within a second. Blocks. */
  public Answer<LogLevel> set(FunctionRef function, LogLevel level) {
    return store.set(function, level) ? Answer.done(level) : unknown(function);
  }

  private static <T> Answer<T> unknown(FunctionRef function) {
    return Answer.refused(
        ProblemCode.FUNCTION_NOT_FOUND,
        "Tenant '%s' has no function '%s'.".formatted(function.tenant(), function.name()));
  }

  @Override
  public void load() {
    Map<FunctionRef, LogLevel> all = store.all();
    levels.keySet().retainAll(all.keySet());
    levels.putAll(all);
  }

  @Override
  public void changed(Change change) {
    switch (change) {
      case Change.LogLevelChanged(FunctionRef function) -> read(function);
      case Change.RouteChanged(FunctionRef function) -> {
        if (levels.containsKey(function)) { // it may be gone
          read(function);
        }
      }
      case Change.RoutesForgotten(var tenant) ->
          levels.keySet().removeIf(function -> function.tenant().equals(tenant));
      default -> {} // of something else
    }
  }

  private void read(FunctionRef function) {
    store
        .find(function)
        .ifPresentOrElse(level -> levels.put(function, level), () -> levels.remove(function));
  }
}
