package dev.leat.scheduler.jdbi;

import dev.leat.contract.Change;
import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.TenantId;
import dev.leat.contract.VersionRef;
import dev.leat.scheduler.Assignment;
import dev.leat.scheduler.AssignmentStore;
import dev.leat.store.Changes;
import dev.leat.store.Database;
import dev.leat.store.Leases;
import dev.leat.store.Leases.Lease;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/** Assignments in a table. */
public final class JdbiAssignmentStore implements AssignmentStore {
  private final Database database;
  private final Leases leases;

  public JdbiAssignmentStore(DataSource source, Leases leases) {
    this.database = new Database(source);
    this.leases = leases;
  }

  @Override
  public List<Assignment> all() {
    return database.read(
        "Reading all assignments",
        handle ->
            handle
                .createQuery("SELECT * FROM assignments")
                .map((row, context) -> assignment(row))
                .list());
  }

  @Override
  public List<Assignment> of(FunctionRef function) {
    return database.read(
        "Reading the assignments of " + function,
        handle ->
            handle
                .createQuery(
                    "SELECT * FROM assignments WHERE tenant = :tenant AND function = :function")
                .bind("tenant", function.tenant().value())
                .bind("function", function.name().value())
                .map((row, context) -> assignment(row))
                .list());
  }

  private static Assignment assignment(ResultSet row) throws SQLException {
    FunctionRef function =
        new FunctionRef(
            new TenantId(row.getString("tenant")), new FunctionName(row.getString("function")));
    return new Assignment(
        new VersionRef(
            function, row.getInt("version"), ModuleDigest.parse(row.getString("module"))),
        row.getString("node"),
        row.getInt("instances"));
  }

  @Override
  public void replace(Lease lease, Map<VersionRef, Map<String, Integer>> instances) {
    database.useTransaction(
        "Assigning " + instances.size() + " versions",
        handle -> {
          leases.hold(handle, lease);
          delete(handle, instances);
          insert(handle, lease, instances);
          instances.keySet().stream()
              .map(VersionRef::function)
              .distinct()
              .forEach(each -> Changes.append(handle, new Change.AssignmentChanged(each)));
        });
  }

  private static void delete(Handle handle, Map<VersionRef, Map<String, Integer>> instances) {
    try (PreparedBatch batch =
        handle.prepareBatch(
            """
            DELETE FROM assignments
            WHERE tenant = :tenant AND function = :function
              AND version = :version AND module = :module
            """)) {
      instances.keySet().forEach(version -> bind(batch, version).add());
      batch.execute();
    }
  }

  private static void insert(
      Handle handle, Lease lease, Map<VersionRef, Map<String, Integer>> instances) {
    try (PreparedBatch batch =
        handle.prepareBatch(
            """
            INSERT INTO assignments (tenant, function, version, module, node, instances, fence)
            VALUES (:tenant, :function, :version, :module, :node, :instances, :fence)
            """)) {
      instances.forEach((version, keepers) ->
          keepers.forEach((node, count) ->
              bind(batch, version)
                  .bind("node", node)
                  .bind("instances", count)
                  .bind("fence", lease.fence())
                  .add()));
      if (batch.size() > 0) {
        batch.execute();
      }
    }
  }

  private static PreparedBatch bind(PreparedBatch batch, VersionRef version) {
    return batch
        .bind("tenant", version.function().tenant().value())
        .bind("function", version.function().name().value())
        .bind("version", version.number())
        .bind("module", version.module().toString());
  }
}
