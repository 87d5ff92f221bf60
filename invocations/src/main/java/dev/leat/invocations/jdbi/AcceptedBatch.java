package dev.leat.invocations.jdbi;

import dev.leat.contract.TenantId;
import dev.leat.invocations.async.Acceptance;
import dev.leat.invocations.async.AsyncStore;
import dev.leat.invocations.async.AsyncStore.Backlogs;
import dev.leat.invocations.async.IdempotencyKey;
import dev.leat.invocations.async.NewInvocation;
import dev.leat.store.Database;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/** A batch that is accepted in one transaction. */
final class AcceptedBatch {
  private final Handle handle;
  private final List<NewInvocation> batch;
  private final BacklogRoom room;
  private final Map<NewInvocation, Acceptance> answers = new IdentityHashMap<>();
  private final AsyncCounts counts = new AsyncCounts();
  private final Map<NewInvocation, byte[]> heads = new IdentityHashMap<>();

  AcceptedBatch(Handle handle, List<NewInvocation> batch, Backlogs room) {
    this.handle = handle;
    this.batch = batch;
    this.room = new BacklogRoom(handle, room, counts);
  }

  List<Acceptance> accept(int slot) {
    // In one order in all transactions, so that no two wait for each other's keys.
    batch.stream()
        .filter(it -> it.key().isPresent())
        .sorted(
            Comparator.comparing((NewInvocation it) -> it.version().function().toString())
                .thenComparing(it -> it.key().orElseThrow()))
        .forEach(this::claimKey);
    List<NewInvocation> fresh =
        batch.stream().filter(it -> !answers.containsKey(it)).filter(this::hasRoom).toList();
    insert(handle, fresh, counts, this::head);
    fresh.forEach(it -> answers.put(it, new Acceptance.Accepted(it.id(), true)));
    counts.write(handle, slot);
    List<Acceptance> inOrder = new ArrayList<>(batch.size());
    batch.forEach(it -> inOrder.add(Objects.requireNonNull(answers.get(it))));
    return inOrder;
  }

  /** Waits for a transaction that has inserted the same key and is not at its end. */
  private void claimKey(NewInvocation wish) {
    String key = wish.key().orElseThrow();
    String request = IdempotencyKey.digest(wish.call());
    if (insertKey(wish, key, request)) {
      return;
    }
    Known known = known(wish, key).orElse(null);
    if (known == null || known.isOver()) {
      handle
          .createUpdate(
              """
              DELETE FROM idempotency_keys
              WHERE tenant = :tenant AND function = :function AND name = :name
                AND keep_until <= CURRENT_TIMESTAMP
              """)
          .bind("tenant", wish.version().function().tenant().value())
          .bind("function", wish.version().function().name().value())
          .bind("name", key)
          .execute();
      if (insertKey(wish, key, request)) {
        return;
      }
      known = known(wish, key).orElseThrow();
    }
    answers.put(
        wish,
        known.request().equals(request)
            ? new Acceptance.Accepted(known.id(), false)
            : new Acceptance.KeyReused());
  }

  private boolean insertKey(NewInvocation wish, String key, String request) {
    return handle
            .createUpdate(
                """
                INSERT INTO idempotency_keys (tenant, function, name, request, id, keep_until)
                VALUES (:tenant, :function, :name, :request, :id, %s) ON CONFLICT DO NOTHING
                """
                    .formatted(JdbiAsyncStore.FROM_NOW.formatted("keep")))
            .bind("tenant", wish.version().function().tenant().value())
            .bind("function", wish.version().function().name().value())
            .bind("name", key)
            .bind("request", request)
            .bind("id", wish.id())
            .bind("keep", IdempotencyKey.KEPT.toMillis())
            .execute()
        == 1;
  }

  private Optional<Known> known(NewInvocation wish, String key) {
    return handle
        .createQuery(
            """
            SELECT request, id, keep_until <= CURRENT_TIMESTAMP AS is_over FROM idempotency_keys
            WHERE tenant = :tenant AND function = :function AND name = :name
            """)
        .bind("tenant", wish.version().function().tenant().value())
        .bind("function", wish.version().function().name().value())
        .bind("name", key)
        .map((row, context) ->
            new Known(row.getString("request"), row.getString("id"), row.getBoolean("is_over")))
        .findFirst();
  }

  private record Known(String request, String id, boolean isOver) {}

  private boolean hasRoom(NewInvocation wish) {
    Acceptance full = room.take(wish, head(wish).length);
    if (full != null) {
      answers.put(wish, full);
      wish.key().ifPresent(key -> forgetKey(wish, key));
      // Those of this batch that repeat it were told its number, which is in no row now.
      answers.replaceAll((other, answer) -> isRepeated(answer, wish) ? full : answer);
      return false;
    }
    return true;
  }

  private byte[] head(NewInvocation wish) {
    return heads.computeIfAbsent(wish, it -> StoredHead.of(it.call(), it.origin()));
  }

  private static boolean isRepeated(Acceptance answer, NewInvocation wish) {
    return answer instanceof Acceptance.Accepted(String id, boolean isNew)
        && !isNew
        && id.equals(wish.id());
  }

  private void forgetKey(NewInvocation wish, String key) {
    handle.execute(
        "DELETE FROM idempotency_keys WHERE tenant = ? AND function = ? AND name = ?",
        wish.version().function().tenant().value(),
        wish.version().function().name().value(),
        key);
  }

  /** Adds rows to the queue. */
  static void insert(
      Handle handle,
      List<NewInvocation> fresh,
      AsyncCounts counts,
      Function<NewInvocation, byte[]> heads) {
    if (fresh.isEmpty()) {
      return;
    }
    PreparedBatch rows =
        handle.prepareBatch(
            """
            INSERT INTO async_queue (tenant, id, function, version, module, owner, due_at,
              accepted_at, expires_at, attempts, cancelling, ending, reason, caller, callback, depth,
              head, body, body_bytes)
            VALUES (:tenant, :id, :function, :version, :module, 0, CURRENT_TIMESTAMP,
              CURRENT_TIMESTAMP, %s, 0, FALSE, '', '', :caller, :callback, :depth, :head, :body,
              :bytes)
            """
                .formatted(JdbiAsyncStore.FROM_NOW.formatted("age")));
    for (NewInvocation wish : fresh) {
      TenantId tenant = wish.version().function().tenant();
      byte[] body = wish.call().body();
      boolean isLarge = body.length > AsyncStore.INLINE_BYTES_MAX;
      byte[] head = heads.apply(wish);
      String caller = wish.origin().caller();
      rows.bind("tenant", tenant.value())
          .bind("id", wish.id())
          .bind("function", wish.version().function().name().value())
          .bind("version", wish.version().number())
          .bind("module", wish.version().module().toString())
          .bind("age", wish.maxAge().toMillis())
          .bind("caller", caller == null ? "" : Database.storable(caller))
          .bind("callback", wish.callback().orElse(""))
          .bind("depth", wish.depth())
          .bind("head", head)
          .bind("bytes", (long) body.length);
      rows.bindByType("body", isLarge ? null : body, byte[].class).add();
      counts.accepted(tenant, AsyncStore.ROW_BYTES + head.length + body.length);
      if (wish.callback().isPresent()) {
        counts.callbacks(tenant, 1);
      }
    }
    rows.execute();
    fresh.stream()
        .filter(it -> it.call().body().length > AsyncStore.INLINE_BYTES_MAX)
        .forEach(it ->
            LargeBodies.write(
                handle,
                it.version().function().tenant(),
                it.id(),
                LargeBodies.INPUT,
                it.call().body()));
  }
}
