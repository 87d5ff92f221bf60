package dev.leat.invocations.async;

import dev.leat.contract.FunctionRef;
import dev.leat.contract.ProblemCode;
import dev.leat.store.StoreFailure;
import java.time.Duration;
import java.util.Optional;

/**
 * Calls that somebody waits for and named by a key, and what they were answered. Every method
 * blocks and throws {@link StoreFailure} when the store is broken. Laws:
 *
 * <ol>
 *   <li>Of all that claim a key of one caller and function at the same time, one is the first, for
 *       {@link IdempotencyKey#KEPT}. The others find it pending, and answered once {@code keep} has
 *       committed; another request with it is refused.
 *   <li>{@code forget} makes the key free, unless it was answered. So does the time that a claim
 *       may be pending.
 *   <li>Of a tenant that has {@link #OF_TENANT_MAX}, or {@link #BYTES_OF_TENANT_MAX}, no new key is
 *       claimed; nor, for callers without a token, of one that has {@code 1 / } {@link
 *       #ANONYMOUS_PART} of either by such callers. A key that is free again in its row is none. An
 *       answer that these bytes have no room for is not kept, but that the call was answered:
 *       {@link ProblemCode#RESULT_EXPIRED}. Answers of up to {@link AsyncStore#INLINE_BYTES_MAX}
 *       that are kept at the same time may go beyond by what they hold.
 *   <li>{@code keep} and {@code forget} change only what this claim began.
 *   <li>Who claims a key that is taken waits for nobody who writes its row.
 * </ol>
 */
public interface KeyedCallStore {
  /** Of one tenant, in {@link IdempotencyKey#KEPT}. */
  int OF_TENANT_MAX = 100_000;

  /** Of one tenant: rows, and answers with their heads. */
  long BYTES_OF_TENANT_MAX = 256L << 20;

  /** Callers without a token have a quarter: anybody can be any number of them. */
  int ANONYMOUS_PART = 4;

  /**
   * @param id of the platform's making
   * @param pendingFor longer than the call takes
   */
  Claim claim(Key key, String request, String id, Duration pendingFor);

  /**
   * What a call was answered; empty if that is not kept any more.
   *
   * @param id as {@link Claim.Answered} has it
   */
  Optional<FirstAnswer> answer(Key key, String id);

  void keep(Key key, String id, FirstAnswer answer);

  void forget(Key key, String id);

  /**
   * @param caller whose key it is: nobody is given another's answer
   */
  record Key(FunctionRef function, Caller caller, String name) {}

  /**
   * @param id up to 64 characters
   * @param isAnonymous without a token, so that the tenant need not know it
   */
  record Caller(String id, boolean isAnonymous) {}

  /** What was found. */
  sealed interface Claim {
    /** Nobody had it: the call runs, and whoever has it says what becomes of it. */
    record First() implements Claim {}

    /** The first is not answered yet. */
    record Pending() implements Claim {}

    /**
     * @param id of the call that was answered
     * @param bytes what its answer takes, head and body
     */
    record Answered(String id, long bytes) implements Claim {}

    /** It came with another request. */
    record Reused() implements Claim {}

    /** The tenant has as many as it may. */
    record Full() implements Claim {}
  }
}
