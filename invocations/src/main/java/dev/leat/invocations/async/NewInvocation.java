package dev.leat.invocations.async;

import dev.leat.contract.HttpCall;
import dev.leat.contract.Origin;
import dev.leat.contract.VersionRef;
import java.time.Duration;
import java.util.Optional;

/**
 * An invocation that is to be accepted. Whoever makes one has authorised it.
 *
 * @param id of the platform's making, unlike all others of the tenant
 * @param version what runs, at each attempt
 * @param maxAge how long from now an attempt may begin
 * @param key names it for whoever asks again; empty if nobody will
 * @param callback where what it comes to is sent
 * @param depth how many destinations led to it: 0 for a caller's own
 */
public record NewInvocation(
    String id,
    VersionRef version,
    HttpCall call,
    Origin origin,
    Duration maxAge,
    Optional<CallerKey> key,
    Optional<String> callback,
    int depth) {
  /** The same as a part of this span. */
  public NewInvocation within(String context) {
    return new NewInvocation(
        id, version, call, origin.within(context), maxAge, key, callback, depth);
  }
}
