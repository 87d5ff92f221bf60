package dev.leat.invocations.async;

import dev.leat.contract.AsyncPolicy;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.VersionRef;
import java.util.Optional;

/** The functions that can be run now. Never blocks; any thread. */
public interface AsyncFunctions {
  /** Empty if there is no such version any more, or if it must not be run. */
  Optional<AsyncFunction> find(VersionRef version);

  /**
   * The version that a selector names now.
   *
   * @param selector {@code v2}, {@code latest} or an alias
   */
  Optional<AsyncFunction> find(FunctionRef function, String selector);

  /** The version that answers whoever names none. */
  Optional<AsyncFunction> find(FunctionRef function);

  /** A version, and what becomes of its asynchronous invocations. */
  record AsyncFunction(FunctionVersion version, AsyncPolicy policy) {}
}
