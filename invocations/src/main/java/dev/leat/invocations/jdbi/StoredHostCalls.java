package dev.leat.invocations.jdbi;

import dev.leat.contract.HostCalls;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the host did for a call, in one column: {@code keyValue:calls:nanos:bytes,http:...}. */
final class StoredHostCalls {
  private StoredHostCalls() {}

  static @Nullable String write(HostCalls calls) {
    return calls.powers().isEmpty()
        ? null
        : calls.powers().stream()
            .map(of -> "%s:%d:%d:%d".formatted(of.power(), of.calls(), of.nanos(), of.bytes()))
            .collect(Collectors.joining(","));
  }

  static HostCalls read(@Nullable String column) {
    return column == null
        ? HostCalls.NONE
        : new HostCalls(
            Arrays.stream(column.split(",", -1)).map(of -> ofPower(of.split(":", -1))).toList());
  }

  private static HostCalls.OfPower ofPower(String[] parts) {
    return new HostCalls.OfPower(
        parts[0], Long.parseLong(parts[1]), Long.parseLong(parts[2]), Long.parseLong(parts[3]));
  }
}
