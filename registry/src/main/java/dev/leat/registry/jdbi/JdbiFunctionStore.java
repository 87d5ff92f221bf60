package dev.leat.registry.jdbi;

import dev.leat.audit.AuditEntry;
import dev.leat.audit.jdbi.JdbiAuditStore;
import dev.leat.contract.Change;
import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.TenantId;
import dev.leat.registry.function.DeployedVersion;
import dev.leat.registry.function.FunctionStore;
import dev.leat.registry.function.StoredManifest;
import dev.leat.store.Changes;
import dev.leat.store.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Functions and their versions in two tables. A function without versions was deleted. */
public final class JdbiFunctionStore implements FunctionStore {
  private static final Logger LOG = LoggerFactory.getLogger(JdbiFunctionStore.class);

  private final Database database;
  private final TenantTurns turns;

  public JdbiFunctionStore(DataSource source) {
    this(new Database(source));
  }

  private JdbiFunctionStore(Database database) {
    this(database, new TenantTurns(database));
  }

  /**
   * @param turns those of the modules' store, so that a tenant has one turn for both
   */
  public JdbiFunctionStore(Database database, TenantTurns turns) {
    this.database = database;
    this.turns = turns;
  }

  @Override
  public Addition add(
      TenantId tenant,
      DeployedVersion version,
      int versionsKept,
      int functionsMax,
      AuditEntry entry) {
    return turns
        .inTransactionUnlessTaken(
            tenant,
            "Adding the version " + version.version(),
            handle -> {
              Optional<Addition> refused = refused(handle, tenant, version, functionsMax);
              if (refused.isPresent()) {
                return refused.get();
              }
              insert(handle, version);
              prune(handle, version.version().function(), version.version().number(), versionsKept);
              JdbiAuditStore.append(handle, entry);
              Changes.append(handle, new Change.RouteChanged(version.version().function()));
              return new Addition.Kept();
            })
        // Another transaction took the number or the route just now: to be looked at again.
        .orElseGet(Addition.NotNext::new);
  }

  @Override
  public int last(TenantId tenant, FunctionName name) {
    return database.read(
        "Reading the last version of " + tenant + "/" + name, handle -> last(handle, tenant, name));
  }

  @Override
  public Optional<DeployedVersion> active(TenantId tenant, FunctionName name) {
    return database.read(
        "Reading the active version of " + tenant + "/" + name,
        handle ->
            handle
                .createQuery(
                    """
                    SELECT * FROM function_versions WHERE tenant = :tenant AND name = :name
                    ORDER BY number DESC LIMIT 1
                    """)
                .bind("tenant", tenant.value())
                .bind("name", name.value())
                .map((row, context) -> read(row))
                .findOne()
                .flatMap(Row::version));
  }

  @Override
  public Optional<DeployedVersion> find(TenantId tenant, FunctionName name, int number) {
    return database.read(
        "Reading version " + number + " of " + tenant + "/" + name,
        handle ->
            handle
                .createQuery(
                    """
                    SELECT * FROM function_versions
                    WHERE tenant = :tenant AND name = :name AND number = :number
                    """)
                .bind("tenant", tenant.value())
                .bind("name", name.value())
                .bind("number", number)
                .map((row, context) -> read(row))
                .findOne()
                .flatMap(Row::version));
  }

  @Override
  public List<DeployedVersion> versions(TenantId tenant, FunctionName name) {
    return readable(
        database.read(
            "Listing the versions of " + tenant + "/" + name,
            handle ->
                handle
                    .createQuery(
                        """
                        SELECT * FROM function_versions WHERE tenant = :tenant AND name = :name
                        ORDER BY number DESC
                        """)
                    .bind("tenant", tenant.value())
                    .bind("name", name.value())
                    .map((row, context) -> read(row))
                    .list()));
  }

  @Override
  public int count(TenantId tenant) {
    return database.read(
        "Counting the functions of tenant " + tenant, handle -> count(handle, tenant, null));
  }

  @Override
  public List<DeployedVersion> list(TenantId tenant, int limit, Optional<FunctionName> after) {
    List<DeployedVersion> found = new ArrayList<>();
    Optional<FunctionName> last = after;
    List<Row> rows;
    do {
      int missing = limit - found.size();
      rows = activeRows(tenant, missing, last);
      rows.forEach(row -> row.version().ifPresent(found::add));
      last = rows.isEmpty() ? last : Optional.of(rows.getLast().function().name());
      if (rows.size() < missing) {
        return found;
      }
    } while (found.size() < limit); // some could not be read
    return found;
  }

  private List<Row> activeRows(TenantId tenant, int limit, Optional<FunctionName> after) {
    return database.read(
        "Listing the functions of tenant " + tenant,
        handle ->
            handle
                .createQuery(
                    """
                    SELECT v.* FROM functions f JOIN function_versions v
                    ON v.tenant = f.tenant AND v.name = f.name AND v.number = f.last_version
                    WHERE f.tenant = :tenant AND f.name > :after ORDER BY f.name LIMIT :limit
                    """)
                .bind("tenant", tenant.value())
                .bind("after", after.map(FunctionName::value).orElse(""))
                .bind("limit", limit)
                .map((row, context) -> read(row))
                .list());
  }

  @Override
  public List<List<DeployedVersion>> all() {
    Map<FunctionRef, List<Row>> functions =
        database.read(
            "Listing all functions",
            handle ->
                handle
                    .createQuery(
                        "SELECT * FROM function_versions ORDER BY tenant, name, number DESC")
                    .map((row, context) -> read(row))
                    .stream()
                    .collect(
                        Collectors.groupingBy(
                            Row::function, LinkedHashMap::new, Collectors.toList())));
    return functions.values().stream()
        .map(JdbiFunctionStore::readable)
        .filter(versions -> !versions.isEmpty())
        .toList();
  }

  /**
   * A function's versions that can be read; none if its newest cannot, in whose place no older one
   * may run.
   */
  private static List<DeployedVersion> readable(List<Row> newestFirst) {
    return newestFirst.isEmpty() || newestFirst.getFirst().version().isEmpty()
        ? List.of()
        : newestFirst.stream().flatMap(row -> row.version().stream()).toList();
  }

  @Override
  public boolean delete(TenantId tenant, FunctionName name, AuditEntry entry) {
    return turns.inTransaction(
        tenant,
        "Deleting the function " + tenant + "/" + name,
        handle -> {
          int deleted =
              handle.execute(
                  "DELETE FROM function_versions WHERE tenant = ? AND name = ?",
                  tenant.value(),
                  name.value());
          if (deleted == 0) {
            return false;
          }
          handle.execute(
              "UPDATE functions SET route_path = NULL WHERE tenant = ? AND name = ?",
              tenant.value(),
              name.value());
          JdbiAuditStore.append(handle, entry);
          Changes.append(handle, new Change.RouteChanged(new FunctionRef(tenant, name)));
          return true;
        });
  }

  @Override
  public void forget(TenantId tenant) {
    boolean unused =
        turns.inTransaction(
            tenant,
            "Forgetting the functions of tenant " + tenant,
            handle -> {
              handle.execute("DELETE FROM function_versions WHERE tenant = ?", tenant.value());
              boolean hadSome =
                  handle.execute("DELETE FROM functions WHERE tenant = ?", tenant.value()) > 0;
              TenantTurns.remove(handle, tenant);
              if (hadSome) {
                Changes.append(handle, new Change.RoutesForgotten(tenant));
              }
              return hadSome;
            });
  }

  /** Why the version cannot be added; empty if it can, and will until the transaction ends. */
  private static Optional<Addition> refused(
      Handle handle, TenantId tenant, DeployedVersion deployed, int functionsMax) {
    FunctionName name = deployed.version().function().name();
    if (JdbiClosingStore.isClosed(handle, tenant)) {
      return Optional.of(new Addition.Closed());
    }
    if (!JdbiModuleStore.has(handle, tenant, deployed.version().module())) {
      return Optional.of(new Addition.NoSuchModule());
    }
    if (last(handle, tenant, name) != deployed.version().number() - 1) {
      return Optional.of(new Addition.NotNext());
    }
    int others = count(handle, tenant, name);
    if (others >= functionsMax && others == count(handle, tenant, null)) {
      return Optional.of(new Addition.TooMany(others));
    }
    return handle
        .createQuery(
            """
            SELECT name FROM functions
            WHERE tenant = :tenant AND name <> :name AND route_path IS NOT NULL
            AND (route_path = :path OR route_path = :nameAsPath OR name = :pathAsName)
            ORDER BY name LIMIT 1
            """)
        .bind("tenant", tenant.value())
        .bind("name", name.value())
        .bind("path", deployed.route().path())
        .bind("nameAsPath", "/" + name)
        .bind("pathAsName", deployed.route().path().substring(1))
        .map((row, context) ->
            (Addition) new Addition.RouteTaken(new FunctionName(row.getString("name"))))
        .findOne();
  }

  /**
   * How many functions the tenant has.
   *
   * @param except not counting this one
   */
  static int count(Handle handle, TenantId tenant, @Nullable FunctionName except) {
    return handle
        .createQuery(
            """
            SELECT COUNT(*) FROM functions
            WHERE tenant = :tenant AND route_path IS NOT NULL AND name <> :except
            """)
        .bind("tenant", tenant.value())
        .bind("except", except == null ? "" : except.value())
        .mapTo(Integer.class)
        .one();
  }

  private static int last(Handle handle, TenantId tenant, FunctionName name) {
    return handle
        .createQuery("SELECT last_version FROM functions WHERE tenant = :tenant AND name = :name")
        .bind("tenant", tenant.value())
        .bind("name", name.value())
        .mapTo(Integer.class)
        .findOne()
        .orElse(0);
  }

  private static void insert(Handle handle, DeployedVersion deployed) {
    FunctionRef function = deployed.version().function();
    int number = deployed.version().number();
    String functionRow =
        number == 1
            ? """
            INSERT INTO functions (last_version, route_path, tenant, name) VALUES (?, ?, ?, ?)
            """
            : """
            UPDATE functions SET last_version = ?, route_path = ? WHERE tenant = ? AND name = ?
            """;
    handle.execute(
        functionRow,
        number,
        deployed.route().path(),
        function.tenant().value(),
        function.name().value());
    handle
        .createUpdate(
            """
            INSERT INTO function_versions (tenant, name, number, digest, manifest, created_at)
            VALUES (:tenant, :name, :number, :digest, :manifest, :createdAt)
            """)
        .bind("tenant", function.tenant().value())
        .bind("name", function.name().value())
        .bind("number", number)
        .bind("digest", deployed.version().module().toString())
        .bind("manifest", deployed.manifest())
        .bind("createdAt", deployed.createdAt())
        .execute();
  }

  private static void prune(Handle handle, FunctionRef function, int newest, int kept) {
    handle.execute(
        "DELETE FROM function_versions WHERE tenant = ? AND name = ? AND number <= ?",
        function.tenant().value(),
        function.name().value(),
        newest - kept);
  }

  private static Row read(ResultSet row) throws SQLException {
    FunctionRef function =
        new FunctionRef(
            new TenantId(row.getString("tenant")), new FunctionName(row.getString("name")));
    int number = row.getInt("number");
    ModuleDigest module = ModuleDigest.parse(row.getString("digest"));
    Instant createdAt = Database.instant(row, "created_at");
    try {
      return new Row(
          function,
          Optional.of(
              StoredManifest.read(function, number, module, createdAt, row.getString("manifest"))));
    } catch (IllegalArgumentException e) {
      LOG.error(
          "A version is left out: its kept manifest cannot be read. Deploy the function again,"
              + " or start a release that can read it function={} version={}",
          function,
          number,
          e);
      return new Row(function, Optional.empty());
    }
  }

  /**
   * @param version empty if it cannot be read
   */
  private record Row(FunctionRef function, Optional<DeployedVersion> version) {}
}
