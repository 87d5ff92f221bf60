package dev.leat.registry.route;

import dev.leat.contract.FunctionRef;
import dev.leat.contract.FunctionVersion;
import java.util.Set;

/**
 * What has become of a function's versions.
 *
 * @param warm those of which instances are kept: they have traffic or an alias, or had traffic
 *     lately; empty when the function is gone
 * @param begun those of them that have traffic or an alias, and had neither before
 * @param gone those that cannot be called any more, by name neither. An equal version may be among
 *     those begun, when a function or its tenant was deleted and made again: first it goes, then it
 *     begins
 */
public record RouteChange(
    FunctionRef function,
    Set<FunctionVersion> warm,
    Set<FunctionVersion> begun,
    Set<FunctionVersion> gone) {
  public RouteChange {
    warm = Set.copyOf(warm);
    begun = Set.copyOf(begun);
    gone = Set.copyOf(gone);
  }
}
