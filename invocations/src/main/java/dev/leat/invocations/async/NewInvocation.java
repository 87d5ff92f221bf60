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
 * @param kept the name of its body in the {@link BodyStore}, if it was kept ahead
 */
public record NewInvocation(
    String id,
    VersionRef version,
    HttpCall call,
    Origin origin,
    Duration maxAge,
    Optional<CallerKey> key,
    Optional<String> callback,
    int depth,
    Optional<String> kept) {
  /** One whose body was not kept ahead. */
  public NewInvocation(
      String id,
      VersionRef version,
      HttpCall call,
      Origin origin,
      Duration maxAge,
      Optional<CallerKey> key,
      Optional<String> callback,
      int depth) {
    this(id, version, call, origin, maxAge, key, callback, depth, Optional.empty());
  }

  /** The same as a part of this span. */
  public NewInvocation within(String context) {
    return new NewInvocation(
        id, version, call, origin.within(context), maxAge, key, callback, depth, kept);
  }

  NewInvocation keptAs(String name) {
    return new NewInvocation(
        id, version, call, origin, maxAge, key, callback, depth, Optional.of(name));
  }
}
