package dev.leat.registry.route;

import dev.leat.contract.FunctionRef;
import dev.leat.contract.FunctionVersion;
import java.util.Set;

/**
 * What has become of a function's versions.
 *
 * @param serving those that traffic goes to now, to be kept warm; empty when the function is gone
 * @param begun those of them that it did not go to before
 * @param gone those that cannot be called any more, by name neither. An equal version may be among
 *     those begun, when a function or its tenant was deleted and made again: first it goes, then it
 *     begins
 */
public record RouteChange(
    FunctionRef function,
    Set<FunctionVersion> serving,
    Set<FunctionVersion> begun,
    Set<FunctionVersion> gone) {
  public RouteChange {
    serving = Set.copyOf(serving);
    begun = Set.copyOf(begun);
    gone = Set.copyOf(gone);
  }
}
