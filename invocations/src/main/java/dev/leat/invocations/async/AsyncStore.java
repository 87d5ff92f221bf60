package dev.leat.invocations.async;

import dev.leat.contract.TenantId;
import dev.leat.store.StoreFailure;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.ToIntFunction;

/**
 * The queue of accepted invocations, and what they came to. Time is the database's. Every method
 * blocks and throws {@link StoreFailure} when the store is broken. Laws:
 *
 * <ol>
 *   <li>{@code accept} has committed what it says is accepted; when it throws, all of a batch was
 *       kept or none.
 *   <li>Of a tenant that has as many as it may, none is accepted. Batches at the same time may go
 *       beyond by what they hold.
 *   <li>The same key of the same caller and the same request gives the id that was accepted first,
 *       for {@link IdempotencyKey#KEPT}, be it queued, running or ended; another request with it is
 *       refused. Of a tenant that has {@link #KEYS_OF_TENANT_MAX}, nothing with a new key is
 *       accepted; nor, of callers without a token, where these have {@code 1 / } {@link
 *       KeyedCallStore#ANONYMOUS_PART} of them.
 *   <li>A turn takes what is due, that of each tenant in the order in which it became due, tenants
 *       taking turns. Nobody else is given what an owner has.
 *   <li>A turn settles what its owner still has, and nothing else. What is accepted with an end is
 *       held to the second law, with what the turn ends as room; else it is omitted.
 *   <li>{@code release} makes due, at once, all that an owner has, with the attempts that were told
 *       to have begun.
 *   <li>{@code cancel} ends what is queued; of what runs its owner is told at its next turn. What
 *       has ended stays as it is.
 *   <li>Nobody finds another tenant's invocations.
 *   <li>{@link Account#missing} is 0, whatever happens at the same time.
 *   <li>{@code prune} removes what is not kept any more, and reads nothing else; {@code wasKept}
 *       then says for a day that it was there.
 * </ol>
 */
public interface AsyncStore {
  /** Bodies above it are kept apart from the queue's rows. */
  int INLINE_BYTES_MAX = 64 << 10;

  /** What a row takes beside its head and its body: names, numbers, times, its index entries. */
  int ROW_BYTES = 300;

  /**
   * Of one tenant, in {@link IdempotencyKey#KEPT}: 11 new ones a second all day, on end. A row and
   * its index entries are some 500 bytes, with the longest names 1,500: so 0.5 to 1.5 GB.
   */
  int KEYS_OF_TENANT_MAX = 1_000_000;

  /**
   * Accepts a batch; gives what became of each, in their order.
   *
   * @param room how much each tenant may have
   */
  List<Acceptance> accept(List<NewInvocation> batch, Backlogs room);

  /**
   * What it would be told now, where it would not be newly accepted; nothing is written. For
   * whoever would prepare it at a cost.
   */
  Optional<Acceptance> refusal(NewInvocation wish, Backlogs room);

  /**
   * Settles, counts the attempts of what has begun and not ended, and takes more.
   *
   * @param backlogs how much each tenant may have, by what is accepted with an end
   * @param begun what was taken before; what is not among them by the time that its owner is lost
   *     has used no attempt
   * @param most how many are taken, at the most
   * @param after the tenant that had its turn last; "" for none
   * @param room how many of a tenant are taken at the most
   */
  Turn turn(
      long owner,
      List<Settled> settled,
      Backlogs backlogs,
      List<QueuedInvocation> begun,
      int most,
      String after,
      ToIntFunction<TenantId> room);

  /** The whole body of one that has a large one; empty if it has none, or is not there any more. */
  Optional<byte[]> body(TenantId tenant, String id);

  /** Those that this owner has and that their callers gave up. */
  List<String> givenUp(long owner);

  /** The fencing numbers of those who have some. */
  List<Long> owners();

  int release(long owner);

  Optional<InvocationStatus> find(TenantId tenant, String id);

  Optional<KeptResult> result(TenantId tenant, String id);

  /** How long the body of {@link #result} is; empty if there is none. */
  OptionalLong resultBytes(TenantId tenant, String id);

  boolean wasKept(TenantId tenant, String id);

  /** What it is then; empty if there is none. */
  Optional<InvocationStatus> cancel(TenantId tenant, String id);

  /** All tenants' together, or one's. */
  Account account(Optional<TenantId> tenant);

  /**
   * Removes some that are not kept any more; gives how many, fewer than {@code most} if no more are
   * left.
   */
  int prune(int most);

  /** Removes some of a tenant's; whether there may be more. */
  boolean forgetSome(TenantId tenant);

  /**
   * @param taken to be run by the owner
   * @param last the tenant that was looked at last; "" after all were
   * @param omitted what was to be accepted with an end, and had no room
   */
  record Turn(List<QueuedInvocation> taken, String last, int omitted) {}

  /** How much a tenant may have waiting and running. Never blocks. */
  @FunctionalInterface
  interface Backlogs {
    Backlog of(TenantId tenant);
  }

  /**
   * @param invocations queued or running
   * @param bytes of these, of answers and of dead letters that are kept: their bodies, their heads,
   *     and {@link #ROW_BYTES} each; and the URLs of callbacks, of answers
   */
  record Backlog(long invocations, long bytes) {}
}
