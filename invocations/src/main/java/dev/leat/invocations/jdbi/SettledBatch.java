package dev.leat.invocations.jdbi;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.leat.contract.TenantId;
import dev.leat.invocations.async.AsyncStore.Backlogs;
import dev.leat.invocations.async.InvocationState;
import dev.leat.invocations.async.NewInvocation;
import dev.leat.invocations.async.QueuedInvocation;
import dev.leat.invocations.async.Settled;
import dev.leat.store.Database;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/** What one owner settles in one transaction: each row is written only while it is the owner's. */
final class SettledBatch {
  private static final String KEEP = JdbiAsyncStore.FROM_NOW.formatted("keep");
  private static final int REASON_CHARS_MAX = 500;

  /** How long it is known that an invocation was cancelled while it was queued. */
  private static final Duration CANCELLED_KEPT = Duration.ofHours(24);

  private final Handle handle;
  private final long owner;
  private final AsyncCounts counts;
  private final Backlogs backlogs;
  private int omitted;

  /**
   * @param backlogs of those who have something accepted by what ends here
   */
  SettledBatch(Handle handle, long owner, AsyncCounts counts, Backlogs backlogs) {
    this.backlogs = backlogs;
    this.handle = handle;
    this.owner = owner;
    this.counts = counts;
  }

  /** Gives how many were not accepted that follow from these, since their tenants had no room. */
  int settle(List<Settled> settled) {
    List<Settled> ended = new ArrayList<>();
    List<Settled.Again> again = new ArrayList<>();
    List<Settled.GivenUp> givenUp = new ArrayList<>();
    for (Settled one : settled) {
      switch (one) {
        case Settled.Answered answered -> ended.add(answered);
        case Settled.Cancelled cancelled -> ended.add(cancelled);
        case Settled.Again it -> again.add(it);
        case Settled.GivenUp it -> givenUp.add(it);
      }
    }
    end(ended);
    again(again);
    givenUp.forEach(this::giveUp);
    return omitted;
  }

  private void end(List<Settled> ended) {
    if (ended.isEmpty()) {
      return;
    }
    PreparedBatch deletes =
        handle.prepareBatch(
            "DELETE FROM async_queue WHERE tenant = :tenant AND id = :id AND owner + 0 = :owner");
    ended.forEach(it ->
        deletes
            .bind("tenant", it.invocation().tenant().value())
            .bind("id", it.invocation().id())
            .bind("owner", owner)
            .add());
    int[] deleted = deletes.execute();
    PreparedBatch results =
        handle.prepareBatch(
            """
            INSERT INTO async_results (tenant, id, function, version, module, caller, state,
              attempts, accepted_at, ended_at, keep_until, ending, status, head, body, body_bytes,
              callback)
            VALUES (:tenant, :id, :function, :version, :module, :caller, :state, :attempts,
              :accepted, CURRENT_TIMESTAMP, %s, :ending, :status, :head, :body, :bytes, :callback)
            """
                .formatted(KEEP));
    boolean hasResults = false;
    List<NewInvocation> next = new ArrayList<>();
    for (int i = 0; i < deleted.length; i++) {
      if (deleted[i] == 1) {
        hasResults = true;
        Settled one = ended.get(i);
        bind(results, one);
        if (one instanceof Settled.Answered answered) {
          answered.next().ifPresent(next::add);
          JdbiCallbackStore.add(
              handle,
              one.invocation(),
              InvocationState.DONE,
              answered.response().status(),
              "",
              "",
              counts);
        } else {
          JdbiCallbackStore.add(
              handle, one.invocation(), InvocationState.CANCELLED, 0, "cancelled", "", counts);
        }
      } else if (ended.get(i) instanceof Settled.Answered lost) {
        lost.kept().ifPresent(name -> LargeBodies.discard(handle, name));
        lost.next().ifPresent(this::discard);
      }
    }
    if (hasResults) {
      results.execute();
      enqueue(next);
    }
  }

  private void enqueue(List<NewInvocation> next) {
    if (next.isEmpty()) {
      return;
    }
    BacklogRoom room = new BacklogRoom(handle, backlogs, counts);
    List<NewInvocation> accepted =
        next.stream().filter(it -> room.take(it, head(it).length) == null).toList();
    omitted += next.size() - accepted.size();
    next.stream().filter(it -> !accepted.contains(it)).forEach(this::discard);
    AcceptedBatch.insert(handle, accepted, counts, SettledBatch::head);
  }

  private void discard(NewInvocation omitted) {
    omitted.kept().ifPresent(name -> LargeBodies.discard(handle, name));
  }

  private static byte[] head(NewInvocation wish) {
    return StoredHead.of(wish.call(), wish.origin());
  }

  private void bind(PreparedBatch results, Settled ended) {
    QueuedInvocation of = ended.invocation();
    String caller = of.origin().caller();
    results
        .bind("tenant", of.tenant().value())
        .bind("id", of.id())
        .bind("function", of.version().function().name().value())
        .bind("version", of.version().number())
        .bind("module", of.version().module().toString())
        .bind("caller", caller == null ? "" : Database.storable(caller))
        .bind("attempts", of.attempts())
        .bind("accepted", of.acceptedAt())
        .bind("callback", of.callback().orElse(""));
    counts.bytes(of.tenant(), -of.headBytes() - of.bodyBytes()); // and the row moves
    counts.bytes(of.tenant(), of.callback().map(SettledBatch::bytes).orElse(0));
    if (of.hasLargeBody()) {
      LargeBodies.delete(handle, of.tenant(), of.id(), LargeBodies.INPUT);
    }
    switch (ended) {
      case Settled.Answered(QueuedInvocation _, var response, Duration keep, var _, var kept) -> {
        byte[] body = response.body();
        byte[] head = StoredHead.of(response.headers());
        boolean isLarge = LargeBodies.isLarge(body);
        results
            .bind("keep", keep.toMillis())
            .bind("state", InvocationState.DONE.word())
            .bind("ending", response.word())
            .bind("status", response.status())
            .bind("head", head)
            .bind("bytes", (long) body.length);
        if (isLarge) {
          results.bindByType("body", null, byte[].class);
          LargeBodies.write(handle, of.tenant(), of.id(), LargeBodies.RESULT, body, kept);
        } else {
          results.bindByType("body", body, byte[].class);
        }
        counts.ended(of.tenant(), InvocationState.DONE);
        counts.bytes(of.tenant(), head.length + body.length);
      }
      case Settled.Cancelled(QueuedInvocation _, Duration keep) -> {
        results
            .bind("keep", keep.toMillis())
            .bind("state", InvocationState.CANCELLED.word())
            .bind("ending", "cancelled")
            .bind("status", 0)
            .bind("head", new byte[0])
            .bindByType("body", new byte[0], byte[].class)
            .bind("bytes", 0L);
        counts.ended(of.tenant(), InvocationState.CANCELLED);
      }
      case Settled.Again _, Settled.GivenUp _ ->
          throw new IllegalArgumentException("It has no result: " + ended);
    }
    results.add();
  }

  private void again(List<Settled.Again> again) {
    if (again.isEmpty()) {
      return;
    }
    PreparedBatch rows =
        handle.prepareBatch(
            """
            UPDATE async_queue SET owner = 0, due_at = %s, attempts = :attempts, ending = :ending,
              reason = :reason
            WHERE tenant = :tenant AND id = :id AND owner + 0 = :owner
            """
                .formatted(JdbiAsyncStore.FROM_NOW.formatted("delay")));
    for (Settled.Again it : again) {
      QueuedInvocation of = it.invocation();
      rows.bind("delay", it.delay().toMillis())
          .bind("attempts", it.isCounted() ? of.attempts() : of.attempts() - 1)
          .bind("ending", it.ending())
          .bind("reason", reason(it.reason()))
          .bind("tenant", of.tenant().value())
          .bind("id", of.id())
          .bind("owner", owner)
          .add();
    }
    rows.execute();
  }

  private void giveUp(Settled.GivenUp it) {
    QueuedInvocation of = it.invocation();
    InvocationState state = it.isTried() ? InvocationState.DEAD : InvocationState.FAILED;
    boolean isOwn =
        handle
            .createQuery(
                """
                SELECT id FROM async_queue WHERE tenant = :tenant AND id = :id AND owner + 0 = :owner
                FOR UPDATE
                """)
            .bind("tenant", of.tenant().value())
            .bind("id", of.id())
            .bind("owner", owner)
            .mapTo(String.class)
            .findFirst()
            .isPresent();
    if (!isOwn) {
      return;
    }
    handle
        .createUpdate(
            """
            INSERT INTO dead_letters (tenant, id, function, version, module, caller, state,
              attempts, accepted_at, ended_at, keep_until, ending, reason, fuel, callback, depth,
              head, body, body_bytes)
            SELECT tenant, id, function, version, module, caller, CAST(:state AS VARCHAR), :attempts,
              accepted_at, CURRENT_TIMESTAMP, %s, CAST(:ending AS VARCHAR), CAST(:reason AS VARCHAR),
              :fuel, callback, depth, head, body, body_bytes
            FROM async_queue WHERE tenant = :tenant AND id = :id
            """
                .formatted(KEEP))
        .bind("state", state.word())
        .bind("attempts", of.attempts())
        .bind("keep", it.keep().toMillis())
        .bind("ending", it.ending())
        .bind("reason", reason(it.reason()))
        .bind("fuel", it.fuel())
        .bind("tenant", of.tenant().value())
        .bind("id", of.id())
        .execute();
    delete(handle, of.tenant(), of.id());
    counts.ended(of.tenant(), state);
    JdbiCallbackStore.add(handle, of, state, 0, it.ending(), reason(it.reason()), counts);
    enqueue(it.next().stream().toList());
  }

  private static int bytes(String callback) {
    return callback.getBytes(UTF_8).length;
  }

  /** Of one whose row is locked, and which nobody has. */
  static void cancelQueued(Handle handle, TenantId tenant, String id, AsyncCounts counts) {
    long bytes =
        handle
            .createQuery(
                """
                SELECT OCTET_LENGTH(head) + body_bytes - OCTET_LENGTH(callback) FROM async_queue
                WHERE tenant = :tenant AND id = :id
                """)
            .bind("tenant", tenant.value())
            .bind("id", id)
            .mapTo(Long.class)
            .one();
    handle
        .createUpdate(
            """
            INSERT INTO async_results (tenant, id, function, version, module, caller, state,
              attempts, accepted_at, ended_at, keep_until, ending, status, head, body, body_bytes,
              callback)
            SELECT tenant, id, function, version, module, caller, 'cancelled', attempts,
              accepted_at, CURRENT_TIMESTAMP, %s, 'cancelled', 0, :nothing, :nothing, 0, callback
            FROM async_queue WHERE tenant = :tenant AND id = :id
            """
                .formatted(KEEP))
        .bind("keep", CANCELLED_KEPT.toMillis())
        .bind("nothing", new byte[0])
        .bind("tenant", tenant.value())
        .bind("id", id)
        .execute();
    JdbiCallbackStore.addCancelled(handle, tenant, id, counts);
    delete(handle, tenant, id);
    LargeBodies.delete(handle, tenant, id, LargeBodies.INPUT);
    counts.ended(tenant, InvocationState.CANCELLED);
    counts.bytes(tenant, -bytes);
  }

  private static void delete(Handle handle, TenantId tenant, String id) {
    handle.execute("DELETE FROM async_queue WHERE tenant = ? AND id = ?", tenant.value(), id);
  }

  private static String reason(String words) {
    String kept = Database.storable(words);
    return kept.length() <= REASON_CHARS_MAX ? kept : kept.substring(0, REASON_CHARS_MAX);
  }
}
