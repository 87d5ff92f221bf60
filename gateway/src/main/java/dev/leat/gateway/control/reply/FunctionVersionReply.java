package dev.leat.gateway.control.reply;

import dev.leat.contract.Finding;
import dev.leat.contract.FunctionVersion;
import dev.leat.registry.function.DeployedVersion;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A version of a function; {@code url} is where the function is called. */
public record FunctionVersionReply(
    String tenant,
    String function,
    int version,
    String label,
    String module,
    String createdAt,
    String url,
    @Nullable List<Finding> notes) {
  /**
   * @param origin scheme and authority that the client used
   */
  public static FunctionVersionReply of(DeployedVersion deployed, String origin) {
    return of(deployed, origin, null);
  }

  /** With what its author should know. */
  public static FunctionVersionReply withNotes(DeployedVersion deployed, String origin) {
    List<Finding> notes = deployed.notes();
    return of(deployed, origin, notes.isEmpty() ? null : notes);
  }

  private static FunctionVersionReply of(
      DeployedVersion deployed, String origin, @Nullable List<Finding> notes) {
    FunctionVersion version = deployed.version();
    return new FunctionVersionReply(
        version.function().tenant().value(),
        version.function().name().value(),
        version.number(),
        version.label(),
        version.module().toString(),
        deployed.createdAt().toString(),
        origin + "/f/" + version.function(),
        notes);
  }
}
