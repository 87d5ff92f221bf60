package dev.leat.registry.loglevel;

import dev.leat.contract.FunctionRef;
import dev.leat.store.StoreFailure;
import java.util.Map;
import java.util.Optional;

/**
 * Where the levels of functions are kept. Laws:
 *
 * <ol>
 *   <li>{@code set} keeps a level instead of the one before, {@link LogLevel#STANDARD} by keeping
 *       none; {@code find} and {@code all} give what is kept.
 *   <li>{@code set} gives false, and keeps nothing, for a function that is not deployed. With the
 *       function, and with its tenant, its level goes.
 *   <li>An audit record is kept, and the change announced, if and only if something was changed.
 * </ol>
 *
 * Every method blocks and throws {@link StoreFailure} when the store is broken.
 */
public interface LogLevelStore {
  /**
   * @return whether there is such a function
   */
  boolean set(FunctionRef function, LogLevel level);

  Optional<LogLevel> find(FunctionRef function);

  Map<FunctionRef, LogLevel> all();
}
