package dev.leat.registry.function;

import dev.leat.contract.FunctionRef;
import java.util.List;

/**
 * A function as it is deployed.
 *
 * @param versions the newest first, at least one
 * @param traffic of versions that are among these
 * @param aliases by name, of versions that are among these
 */
public record DeployedFunction(
    List<DeployedVersion> versions, Traffic traffic, List<Alias> aliases) {
  public DeployedFunction {
    versions = List.copyOf(versions);
    aliases = List.copyOf(aliases);
  }

  public FunctionRef ref() {
    return newest().version().function();
  }

  public DeployedVersion newest() {
    return versions.getFirst();
  }

  public boolean has(int number) {
    return versions.stream().anyMatch(deployed -> deployed.version().number() == number);
  }

  /**
   * The version whose manifest says by which path the function is reached: that of most of the
   * traffic, and the newest while there is none.
   */
  public DeployedVersion leading() {
    return traffic
        .leading()
        .flatMap(number ->
            versions.stream().filter(deployed -> deployed.version().number() == number).findFirst())
        .orElse(newest());
  }

  /** Whether all that the traffic goes to is there. */
  public boolean isWhole() {
    return traffic.slots().weights().keySet().stream().allMatch(this::has);
  }
}
