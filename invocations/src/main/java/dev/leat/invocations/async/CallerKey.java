package dev.leat.invocations.async;

import dev.leat.contract.Headers;
import dev.leat.contract.HttpCall;
import dev.leat.invocations.async.KeyedCallStore.Caller;

/**
 * What a caller named an invocation by.
 *
 * @param caller whose it is: another's of the same name is another key
 * @param asked the fields that belong to what is asked; none of a caller whom the platform knows
 */
public record CallerKey(Caller caller, String name, Headers asked) {
  /** What two calls of this key must have in common. */
  public String digest(HttpCall call) {
    return IdempotencyKey.digestWithFields(
        new HttpCall(call.method(), call.path(), call.query(), asked, call.body()));
  }
}
