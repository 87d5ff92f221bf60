package dev.leat.registry.jdbi;

import dev.leat.contract.TenantId;
import dev.leat.store.Database;
import dev.leat.store.StoreFailure;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.HandleCallback;
import org.jspecify.annotations.Nullable;

/**
 * Has one transaction at a time, of all nodes, change what a tenant has in the registry: so it can
 * count what is there and add to it, and no two wait for each other's rows. On this node the others
 * wait before they take a connection, so that a tenant who changes much at once takes one of the
 * pool and not all. Safe for several threads; blocks.
 */
public final class TenantTurns {
  /**
   * What one waits at most for the others of its tenant on this node: many times what one takes,
   * which is at most some seconds for a module of 32 MiB.
   */
  static final Duration PATIENCE = Duration.ofSeconds(10);

  /** How often the tenant's row is made again for one whose row others removed just then. */
  static final int ATTEMPTS = 10;

  private final Database database;
  private final Duration patience;

  /** Of the tenants that change something now. */
  private final Map<TenantId, Turn> turns = new ConcurrentHashMap<>();

  public TenantTurns(Database database) {
    this(database, PATIENCE);
  }

  TenantTurns(Database database, Duration patience) {
    this.database = database;
    this.patience = patience;
  }

  /** Does this in one transaction, as the only one of the tenant. */
  <T> T inTransaction(TenantId tenant, String operation, HandleCallback<T, RuntimeException> work) {
    return inTurn(
        tenant, operation, () -> database.inTransaction(operation, alone(tenant, operation, work)));
  }

  /** Does this likewise; gives nothing, and changes nothing, if a key is taken. */
  <T> Optional<T> inTransactionUnlessTaken(
      TenantId tenant, String operation, HandleCallback<T, RuntimeException> work) {
    return inTurn(
        tenant,
        operation,
        () -> database.inTransactionUnlessTaken(operation, alone(tenant, operation, work)));
  }

  /** Tenants of whom somebody waits or works. */
  int tenants() {
    return turns.size();
  }

  private <T> T inTurn(TenantId tenant, String operation, Supplier<T> work) {
    Turn turn = turns.compute(tenant, (id, present) -> Turn.enter(present));
    try {
      await(turn, operation);
      try {
        return work.get();
      } finally {
        turn.free.release();
      }
    } finally {
      turns.computeIfPresent(tenant, (id, present) -> present.leave());
    }
  }

  private void await(Turn turn, String operation) {
    try {
      if (!turn.free.tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS)) {
        throw new StoreFailure(
            operation, true, new TimeoutException("the tenant changes too much at once"));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreFailure(operation, true, e);
    }
  }

  private static <T> HandleCallback<T, RuntimeException> alone(
      TenantId tenant, String operation, HandleCallback<T, RuntimeException> work) {
    return handle -> {
      lock(handle, tenant, operation);
      return work.withHandle(handle);
    };
  }

  /** Waits for the tenant's transactions on other nodes. Before any other lock is taken. */
  static void lock(Handle handle, TenantId tenant, String operation) {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      handle
          .createUpdate("INSERT INTO tenant_locks (tenant) VALUES (:tenant) ON CONFLICT DO NOTHING")
          .bind("tenant", tenant.value())
          .execute();
      boolean isLocked =
          handle
              .createQuery("SELECT tenant FROM tenant_locks WHERE tenant = :tenant FOR UPDATE")
              .bind("tenant", tenant.value())
              .mapTo(String.class)
              .findOne()
              .isPresent();
      if (isLocked) {
        return;
      }
    }
    throw new StoreFailure(
        operation, true, new IllegalStateException("the tenant's row is removed again and again"));
  }

  /** Removes the row of a tenant that is forgotten; who waits for it makes it again. */
  static void remove(Handle handle, TenantId tenant) {
    handle.execute(
        "DELETE FROM tenant_locks WHERE tenant = ? AND closed_until IS NULL", tenant.value());
  }

  /** Of one tenant; counted and removed under the lock of its entry in the map. */
  private static final class Turn {
    final Semaphore free = new Semaphore(1, true);
    private int users;

    static Turn enter(@Nullable Turn present) {
      Turn turn = present == null ? new Turn() : present;
      turn.users++;
      return turn;
    }

    @Nullable Turn leave() {
      users--;
      return users == 0 ? null : this;
    }
  }
}
