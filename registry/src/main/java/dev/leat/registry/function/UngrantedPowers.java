package dev.leat.registry.function;

import dev.leat.contract.Finding;
import dev.leat.contract.Grant;
import dev.leat.contract.Grants;
import java.util.List;
import java.util.function.Predicate;

/**
 * The powers that a manifest asks for and that no worker of this release serves. They are no
 * mistake, so the manifest is taken; but whoever deploys it is told.
 */
final class UngrantedPowers {
  private UngrantedPowers() {}

  static List<Finding> of(Grants grants) {
    return grants.all().stream()
        .filter(Predicate.not(Grant::isServed))
        .map(grant ->
            new Finding(
                "spec.capabilities." + grant.word(),
                "is not granted by this version: the function is deployed without it"))
        .toList();
  }
}
