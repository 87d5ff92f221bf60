package dev.leat.invocations.async;

import dev.leat.contract.TenantId;
import dev.leat.contract.VersionRef;

/**
 * What an invocation came to, to be sent to where its caller said.
 *
 * @param state in which it ended
 * @param status of its answer; 0 if it has none
 * @param ofInvocation attempts of the invocation
 * @param attempts to send it, with the one that it was taken for
 * @param isTooOld whether it is not tried again after this
 */
public record Callback(
    String id,
    VersionRef version,
    String url,
    InvocationState state,
    int status,
    int ofInvocation,
    String ending,
    String reason,
    int attempts,
    boolean isTooOld) {
  public TenantId tenant() {
    return version.function().tenant();
  }
}
