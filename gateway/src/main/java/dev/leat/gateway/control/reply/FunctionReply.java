package dev.leat.gateway.control.reply;

import com.fasterxml.jackson.annotation.JsonRawValue;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.leat.registry.function.DeployedVersion;

/** A version of a function with its manifest. */
public record FunctionReply(
    @JsonUnwrapped FunctionVersionReply version, @JsonRawValue String manifest) {
  /**
   * @param origin scheme and authority that the client used
   */
  public static FunctionReply of(DeployedVersion deployed, String origin) {
    return new FunctionReply(FunctionVersionReply.of(deployed, origin), deployed.manifest());
  }
}
