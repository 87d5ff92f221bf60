package dev.leat.registry.jdbi;

import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.TenantId;
import dev.leat.registry.canary.CanaryFigures;
import dev.leat.registry.canary.SampleStore;
import dev.leat.registry.canary.StoredFigures;
import dev.leat.store.Database;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What canaries' calls came to, in a table: a row for each start of a node. */
public final class JdbiSampleStore implements SampleStore {
  private static final Logger LOG = LoggerFactory.getLogger(JdbiSampleStore.class);

  private final Database database;

  public JdbiSampleStore(Database database) {
    this.database = database;
  }

  @Override
  public boolean put(
      TenantId tenant, FunctionName function, int rollout, String start, CanaryFigures figures) {
    FunctionRef ref = new FunctionRef(tenant, function);
    String text = Database.storable(StoredFigures.write(figures));
    return database
        .inTransactionUnlessTaken(
            "Keeping what the calls of a canary of " + ref + " came to",
            handle ->
                isUnderWay(handle, ref, rollout)
                    && (update(handle, ref, rollout, start, text)
                        || (starts(handle, ref) < STARTS_MAX
                            && insert(handle, ref, rollout, start, text))))
        .orElse(false);
  }

  /** Locks the function, so that nothing is kept of what ends meanwhile. */
  private static boolean isUnderWay(Handle handle, FunctionRef function, int rollout) {
    return handle
        .createQuery(
            """
            SELECT canary FROM functions
            WHERE tenant = :tenant AND name = :name AND canary IS NOT NULL FOR UPDATE
            """)
        .bind("tenant", function.tenant().value())
        .bind("name", function.name().value())
        .mapTo(Integer.class)
        .findOne()
        .equals(Optional.of(rollout));
  }

  private static boolean update(
      Handle handle, FunctionRef function, int rollout, String start, String figures) {
    return handle
            .createUpdate(
                """
                UPDATE canary_samples SET figures = :figures
                WHERE tenant = :tenant AND name = :name AND rollout = :rollout AND start_of = :start
                """)
            .bind("figures", figures)
            .bind("tenant", function.tenant().value())
            .bind("name", function.name().value())
            .bind("rollout", rollout)
            .bind("start", start)
            .execute()
        > 0;
  }

  private static int starts(Handle handle, FunctionRef function) {
    return handle
        .createQuery("SELECT COUNT(*) FROM canary_samples WHERE tenant = :tenant AND name = :name")
        .bind("tenant", function.tenant().value())
        .bind("name", function.name().value())
        .mapTo(Integer.class)
        .one();
  }

  private static boolean insert(
      Handle handle, FunctionRef function, int rollout, String start, String figures) {
    return handle
            .createUpdate(
                """
                INSERT INTO canary_samples (tenant, name, rollout, start_of, figures)
                VALUES (:tenant, :name, :rollout, :start, :figures)
                """)
            .bind("tenant", function.tenant().value())
            .bind("name", function.name().value())
            .bind("rollout", rollout)
            .bind("start", start)
            .bind("figures", figures)
            .execute()
        > 0;
  }

  @Override
  public CanaryFigures sum(TenantId tenant, FunctionName function, int rollout) {
    return database.read(
        "Reading what the calls of a canary of " + tenant + "/" + function + " came to",
        handle ->
            handle
                .createQuery(
                    """
                    SELECT figures FROM canary_samples
                    WHERE tenant = :tenant AND name = :name AND rollout = :rollout
                    ORDER BY start_of
                    """)
                .bind("tenant", tenant.value())
                .bind("name", function.value())
                .bind("rollout", rollout)
                .mapTo(String.class)
                .map(JdbiSampleStore::read)
                .reduce(CanaryFigures.NONE, CanaryFigures::plus));
  }

  private static CanaryFigures read(String kept) {
    try {
      return StoredFigures.read(kept);
    } catch (IllegalArgumentException e) {
      LOG.error("A row of canary_samples cannot be read, and counts as none", e);
      return CanaryFigures.NONE;
    }
  }

  /** Removes what was kept of all rollouts of the function but this one. */
  static void forgetOthers(Handle handle, FunctionRef function, int rollout) {
    handle.execute(
        "DELETE FROM canary_samples WHERE tenant = ? AND name = ? AND rollout <> ?",
        function.tenant().value(),
        function.name().value(),
        rollout);
  }
}
