package dev.leat.gateway.control.reply;

import dev.leat.contract.Finding;
import dev.leat.contract.FunctionVersion;
import dev.leat.registry.function.Alias;
import dev.leat.registry.function.DeployedFunction;
import dev.leat.registry.function.DeployedVersion;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A version of a function; {@code url} is where the function is called. Where all versions are
 * listed, {@code traffic} is what it has, in per cent, and {@code aliases} are its names.
 */
public record FunctionVersionReply(
    String tenant,
    String function,
    int version,
    String label,
    String module,
    String createdAt,
    @Nullable String author,
    @Nullable String note,
    @Nullable BigDecimal traffic,
    @Nullable List<String> aliases,
    String url,
    @Nullable List<Finding> notes) {
  /**
   * @param origin scheme and authority that the client used
   */
  public static FunctionVersionReply of(DeployedVersion deployed, String origin) {
    return of(deployed, origin, null);
  }

  /**
   * With what its author should know.
   *
   * @param notes what he should know of the function besides
   */
  public static FunctionVersionReply withNotes(
      DeployedVersion deployed, String origin, List<Finding> notes) {
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
        deployed.author().isEmpty() ? null : deployed.author(),
        deployed.note().isEmpty() ? null : deployed.note(),
        null,
        null,
        origin + "/f/" + version.function(),
        notes);
  }

  /** With what it has in its function. */
  public FunctionVersionReply within(DeployedFunction all) {
    return new FunctionVersionReply(
        tenant,
        function,
        version,
        label,
        module,
        createdAt,
        author,
        note,
        TrafficReply.percent(all.traffic().slots().weights().getOrDefault(version, 0)),
        all.aliases().stream()
            .filter(alias -> alias.version() == version)
            .map(Alias::name)
            .toList(),
        url,
        notes);
  }
}
