package dev.leat.invocations.async;

import dev.leat.contract.TenantId;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/** What callers do with invocations that were accepted. Blocks on the store. */
public final class AsyncInvocations {
  private final AsyncStore store;
  private final Consumer<String> cancelHere;

  /**
   * @param cancelHere gives an invocation up that this node runs, without waiting until it is read
   *     from the store that its caller did
   */
  public AsyncInvocations(AsyncStore store, Consumer<String> cancelHere) {
    this.store = store;
    this.cancelHere = cancelHere;
  }

  public Optional<InvocationStatus> find(TenantId tenant, String id) {
    return store.find(tenant, id);
  }

  /** What a function answered; empty unless the invocation is done. */
  public Optional<KeptResult> result(TenantId tenant, String id) {
    return store.result(tenant, id);
  }

  /** How long the body of {@link #result} is; empty if there is none. */
  public OptionalLong resultBytes(TenantId tenant, String id) {
    return store.resultBytes(tenant, id);
  }

  /** Whether it was there, and is not kept any more. */
  public boolean wasKept(TenantId tenant, String id) {
    return store.wasKept(tenant, id);
  }

  /**
   * Gives it up: at once if it waits, as soon as its node has heard of it if it runs.
   *
   * @return what it is then; empty if there is none
   */
  public Optional<InvocationStatus> cancel(TenantId tenant, String id) {
    Optional<InvocationStatus> then = store.cancel(tenant, id);
    then.filter(InvocationStatus::isCancelling).ifPresent(it -> cancelHere.accept(id));
    return then;
  }

  /** Where all that was accepted is. */
  public Account account() {
    return store.account(Optional.empty());
  }
}
