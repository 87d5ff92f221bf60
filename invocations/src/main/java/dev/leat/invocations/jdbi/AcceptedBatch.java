package dev.leat.invocations.jdbi;

import dev.leat.contract.HttpCall;
import dev.leat.contract.TenantId;
import dev.leat.invocations.async.Acceptance;
import dev.leat.invocations.async.AsyncStore;
import dev.leat.invocations.async.AsyncStore.Backlogs;
import dev.leat.invocations.async.CallerKey;
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
import org.jdbi.v3.core.statement.SqlStatement;

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
                .thenComparing(it -> StoredCaller.text(it.key().orElseThrow().caller()))
                .thenComparing(it -> it.key().orElseThrow().name()))
        .forEach(this::claimKey);
    List<NewInvocation> fresh =
        batch.stream()
            .filter(it -> !answers.containsKey(it))
            .filter(this::hasRoom)
            .filter(this::hasBody)
            .toList();
    insert(handle, fresh, counts, this::head);
    fresh.forEach(it -> answers.put(it, new Acceptance.Accepted(it.id(), true)));
    counts.write(handle, slot);
    List<Acceptance> inOrder = new ArrayList<>(batch.size());
    batch.forEach(it -> inOrder.add(Objects.requireNonNull(answers.get(it))));
    return inOrder;
  }

  /** What the one of this batch would be told if it were not accepted; nothing is written. */
  Optional<Acceptance> refusal() {
    NewInvocation wish = batch.getFirst();
    return wish.key()
        .flatMap(key ->
            known(wish, key)
                .filter(it -> !it.isOver())
                .map(it -> told(it, key.digest(wish.call()), wish)))
        .or(() -> Optional.ofNullable(room.take(wish, head(wish).length)));
  }

  private static Acceptance told(Known known, String request, NewInvocation wish) {
    return known.isOf(request, wish.call())
        ? new Acceptance.Accepted(known.id(), false)
        : new Acceptance.KeyReused();
  }

  /** Waits for a transaction that has inserted the same key and is not at its end. */
  private void claimKey(NewInvocation wish) {
    CallerKey key = wish.key().orElseThrow();
    String request = key.digest(wish.call());
    if (insertKey(wish, key, request)) {
      return;
    }
    Known known = known(wish, key).orElse(null);
    if (known == null || known.isOver()) {
      if (deleteKey(wish, key, "AND keep_until <= CURRENT_TIMESTAMP")) {
        counts.keys(tenant(wish), key.caller().isAnonymous(), -1);
      }
      if (insertKey(wish, key, request)) {
        return;
      }
      known = known(wish, key).orElseThrow();
    }
    answers.put(wish, told(known, request, wish));
  }

  /** Not where one is known that has no caller: it may be this one's. */
  private boolean insertKey(NewInvocation wish, CallerKey key, String request) {
    return bind(
                handle.createUpdate(
                    """
                    INSERT INTO idempotency_keys (tenant, function, caller, name, request, id,
                      keep_until)
                    SELECT :tenant, :function, :caller, :name, :request, :id, %s
                    WHERE NOT EXISTS (
                      SELECT 1 FROM idempotency_keys
                      WHERE tenant = :tenant AND function = :function AND caller = ''
                        AND name = :name AND keep_until > CURRENT_TIMESTAMP)
                    ON CONFLICT DO NOTHING
                    """
                        .formatted(JdbiAsyncStore.FROM_NOW.formatted("keep"))),
                wish,
                key)
            .bind("request", request)
            .bind("id", wish.id())
            .bind("keep", IdempotencyKey.KEPT.toMillis())
            .execute()
        == 1;
  }

  private Optional<Known> known(NewInvocation wish, CallerKey key) {
    return bind(
            handle.createQuery(
                """
                SELECT request, id, keep_until <= CURRENT_TIMESTAMP AS is_over, caller = '' AS is_old
                FROM idempotency_keys
                WHERE tenant = :tenant AND function = :function AND caller IN (:caller, '')
                  AND name = :name
                ORDER BY caller DESC
                """),
            wish,
            key)
        .map((row, context) ->
            new Known(
                row.getString("request"),
                row.getString("id"),
                row.getBoolean("is_over"),
                row.getBoolean("is_old")))
        .findFirst();
  }

  /**
   * @param isOld without a caller, and its request without the fields that were asked with
   */
  private record Known(String request, String id, boolean isOver, boolean isOld) {
    boolean isOf(String asked, HttpCall call) {
      return request.equals(isOld ? IdempotencyKey.digest(call) : asked);
    }
  }

  private boolean deleteKey(NewInvocation wish, CallerKey key, String condition) {
    return bind(
                handle.createUpdate(
                    """
                    DELETE FROM idempotency_keys
                    WHERE tenant = :tenant AND function = :function AND caller = :caller
                      AND name = :name %s
                    """
                        .formatted(condition)),
                wish,
                key)
            .execute()
        == 1;
  }

  private static <S extends SqlStatement<S>> S bind(
      S statement, NewInvocation wish, CallerKey key) {
    return statement
        .bind("tenant", tenant(wish).value())
        .bind("function", wish.version().function().name().value())
        .bind("caller", StoredCaller.text(key.caller()))
        .bind("name", key.name());
  }

  private static TenantId tenant(NewInvocation wish) {
    return wish.version().function().tenant();
  }

  private boolean hasRoom(NewInvocation wish) {
    Acceptance full = room.take(wish, head(wish).length);
    if (full != null) {
      refuse(wish, full);
    }
    return full == null;
  }

  /** Whether its body, if that was kept ahead, is not to be removed: its tenant may have gone. */
  private boolean hasBody(NewInvocation wish) {
    boolean hasBody = wish.kept().isEmpty() || LargeBodies.isClaimable(handle, wish.kept().get());
    if (!hasBody) {
      refuse(wish, new Acceptance.Overloaded());
    }
    return hasBody;
  }

  private void refuse(NewInvocation wish, Acceptance why) {
    answers.put(wish, why);
    wish.key().ifPresent(key -> deleteKey(wish, key, ""));
    // Those of this batch that repeat it were told its number, which is in no row now.
    answers.replaceAll((other, answer) -> isRepeated(answer, wish) ? why : answer);
  }

  private byte[] head(NewInvocation wish) {
    return heads.computeIfAbsent(wish, it -> StoredHead.of(it.call(), it.origin()));
  }

  private static boolean isRepeated(Acceptance answer, NewInvocation wish) {
    return answer instanceof Acceptance.Accepted(String id, boolean isNew)
        && !isNew
        && id.equals(wish.id());
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
      TenantId tenant = tenant(wish);
      byte[] body = wish.call().body();
      boolean isLarge = LargeBodies.isLarge(body);
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
      wish.key().ifPresent(key -> counts.keys(tenant, key.caller().isAnonymous(), 1));
    }
    rows.execute();
    fresh.stream()
        .filter(it -> LargeBodies.isLarge(it.call().body()))
        .forEach(it ->
            LargeBodies.write(
                handle, tenant(it), it.id(), LargeBodies.INPUT, it.call().body(), it.kept()));
  }
}
