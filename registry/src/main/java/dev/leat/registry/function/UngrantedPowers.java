package dev.leat.registry.function;

import dev.leat.contract.Finding;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Grant;
import java.util.List;
import java.util.stream.Stream;

/**
 * The powers that a manifest asks for in vain: no worker of this release serves them, or no
 * function of its contract can use them. They are no mistake, so the manifest is taken; but whoever
 * deploys it is told.
 */
final class UngrantedPowers {
  private UngrantedPowers() {}

  static List<Finding> of(FunctionVersion version) {
    return version.grants().all().stream().flatMap(grant -> note(version, grant)).toList();
  }

  private static Stream<Finding> note(FunctionVersion version, Grant grant) {
    String at = "spec.capabilities." + grant.word();
    if (!grant.isServed()) {
      return Stream.of(
          new Finding(at, "is not granted by this version: the function is deployed without it"));
    }
    return version.guest().canUse(grant)
        ? Stream.empty()
        : Stream.of(
            new Finding(
                at,
                "is of no use: the contract '%s' has no way to it"
                    .formatted(version.guest().word())));
  }
}
