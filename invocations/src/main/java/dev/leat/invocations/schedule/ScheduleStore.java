package dev.leat.invocations.schedule;

import dev.leat.audit.AuditEntry;
import dev.leat.contract.TenantId;
import dev.leat.invocations.async.Acceptance;
import dev.leat.invocations.async.AsyncStore.Backlogs;
import dev.leat.invocations.async.NewInvocation;
import dev.leat.store.LeaseLost;
import dev.leat.store.Leases.Lease;
import dev.leat.store.StoreFailure;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Where schedules are kept, beside the queue of invocations. Laws:
 *
 * <ol>
 *   <li>{@code add} keeps a schedule unless the tenant has one of that id, or as many as it may, of
 *       several at once too.
 *   <li>{@code list} gives exactly the tenant's, by id; {@code find} and {@code data} what was
 *       added.
 *   <li>{@code replace} changes whether one is paused and when it fires next, if it is as it was
 *       read; {@code delete} removes it. Each says whether it did.
 *   <li>The audit entry is kept if and only if something was changed, together with the change.
 *   <li>{@code due} gives those whose time has come, by turns of tenants, a tenant's earliest
 *       first; none that is paused. {@code read} gives these in their order, but for those that are
 *       gone; one that cannot be read does not keep it from reading others.
 *   <li>{@code fire} accepts a schedule's invocations and moves it on in one transaction, under the
 *       lease. One that was not to fire at that time any more is left as it is, and nothing of it
 *       is accepted.
 *   <li>{@code stop} has one fire no more, under the lease, whatever its row has.
 *   <li>{@code forget} removes all of the tenant and nothing else.
 * </ol>
 *
 * Every method blocks and throws {@link StoreFailure} when the store is broken.
 */
public interface ScheduleStore {
  /**
   * @param data what the function is called with
   * @param most schedules that the tenant may have
   */
  Added add(Schedule schedule, byte[] data, long most, AuditEntry entry);

  List<Schedule> list(TenantId tenant);

  Optional<Schedule> find(TenantId tenant, String id);

  Optional<byte[]> data(TenantId tenant, String id);

  int count(TenantId tenant);

  /**
   * Keeps {@code isPaused} and {@code nextAt} of this one.
   *
   * @param was what it was made of; false if it is paused, resumed, fired or gone meanwhile
   */
  boolean replace(Schedule was, Schedule then, AuditEntry entry);

  boolean delete(TenantId tenant, String id, AuditEntry entry);

  void forget(TenantId tenant);

  /** The database's time, which decides what is due. */
  Instant now();

  List<Key> due(Instant until, int most);

  List<Found> read(List<Key> keys);

  /**
   * Fires these.
   *
   * @return what became of each, in their order
   * @throws LeaseLost if another holds the lease; then nothing was changed
   */
  List<Fired> fire(Lease lease, List<Firing> firings, Backlogs room);

  /**
   * @throws LeaseLost if another holds the lease; then nothing was changed
   */
  void stop(Lease lease, Key key);

  /** Which schedule, as its row has it. */
  record Key(String tenant, String id) {}

  /** What there is of a schedule whose time has come. */
  sealed interface Found {}

  /** With what its function is called with. */
  record Due(Schedule schedule, byte[] data) implements Found {}

  /** A newer node has written it, or a hand. */
  record Unreadable(Key key, RuntimeException why) implements Found {}

  /**
   * @param schedule with the time at which it is to fire
   * @param calls accepted for it; if none of them can be, that is what is kept of it
   * @param last what is kept of it where there are no calls
   * @param nextAt when it fires next
   */
  record Firing(
      Schedule schedule, List<NewInvocation> calls, LastRun last, Optional<Instant> nextAt) {}

  /** What became of a firing. */
  sealed interface Fired {
    /** The schedule has moved on. */
    record Done(List<Acceptance> answers) implements Fired {}

    /** It was not to fire at that time any more. */
    record Stale() implements Fired {}
  }

  /** How an addition ended. */
  enum Added {
    DONE,
    TAKEN,
    FULL
  }
}
