package dev.leat.contract;

/**
 * One call of one function version, on its way from the gateway to an instance.
 *
 * @param id the request's id, as in the response's {@code X-Request-Id}
 * @param target what runs
 * @param call what it is called with
 * @param cancellation told when nobody waits for the answer any more
 */
public record Invocation(
    String id, FunctionVersion target, HttpCall call, Cancellation cancellation) {}
