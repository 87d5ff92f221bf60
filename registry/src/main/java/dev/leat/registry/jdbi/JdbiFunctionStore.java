package dev.leat.registry.jdbi;

import dev.leat.audit.AuditEntry;
import dev.leat.audit.jdbi.JdbiAuditStore;
import dev.leat.contract.Change;
import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.TenantId;
import dev.leat.registry.function.Alias;
import dev.leat.registry.function.DeployedFunction;
import dev.leat.registry.function.DeployedVersion;
import dev.leat.registry.function.FunctionStore;
import dev.leat.registry.function.Precondition;
import dev.leat.registry.function.StoredManifest;
import dev.leat.registry.function.Traffic;
import dev.leat.store.Changes;
import dev.leat.store.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
      Traffic traffic,
      int versionsKept,
      int functionsMax,
      AuditEntry entry) {
    return turns
        .inTransactionUnlessTaken(
            tenant,
            "Adding the version " + version.version(),
            handle -> {
              Optional<Addition> refused = refused(handle, tenant, version, traffic, functionsMax);
              if (refused.isPresent()) {
                return refused.get();
              }
              insert(handle, version, traffic);
              JdbiTraffic.write(handle, version.version().function(), traffic);
              prune(handle, version, traffic, versionsKept);
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
  public Optional<DeployedVersion> newest(TenantId tenant, FunctionName name) {
    return database.read(
        "Reading the newest version of " + tenant + "/" + name,
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
        handle -> find(handle, tenant, name, number));
  }

  private static Optional<DeployedVersion> find(
      Handle handle, TenantId tenant, FunctionName name, int number) {
    return handle
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
        .flatMap(Row::version);
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
      rows = newestRows(tenant, missing, last);
      rows.forEach(row -> row.version().ifPresent(found::add));
      last = rows.isEmpty() ? last : Optional.of(rows.getLast().function().name());
      if (rows.size() < missing) {
        return found;
      }
    } while (found.size() < limit); // some could not be read
    return found;
  }

  private List<Row> newestRows(TenantId tenant, int limit, Optional<FunctionName> after) {
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
  public Optional<DeployedFunction> find(TenantId tenant, FunctionName name) {
    // First what names versions, then these: of what is added meanwhile nothing is missing.
    Traffic traffic = traffic(tenant, name);
    List<Alias> aliases =
        database.read(
            "Reading the aliases of " + tenant + "/" + name,
            handle -> JdbiTraffic.aliases(handle, new FunctionRef(tenant, name)));
    return function(versions(tenant, name), traffic, aliases);
  }

  @Override
  public List<DeployedFunction> all() {
    Map<FunctionRef, Traffic> traffic = database.read("Reading all traffic", JdbiTraffic::all);
    Map<FunctionRef, List<Alias>> aliases =
        database.read("Reading all aliases", JdbiTraffic::allAliases);
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
    return functions.entrySet().stream()
        .flatMap(each ->
            function(
                readable(each.getValue()),
                traffic.getOrDefault(each.getKey(), Traffic.NONE),
                aliases.getOrDefault(each.getKey(), List.of()))
                .stream())
        .toList();
  }

  /** None while a version that traffic goes to cannot be read, in whose place no other may run. */
  private static Optional<DeployedFunction> function(
      List<DeployedVersion> versions, Traffic traffic, List<Alias> aliases) {
    if (versions.isEmpty()) {
      return Optional.empty();
    }
    DeployedFunction all = new DeployedFunction(versions, traffic, aliases);
    return Optional.of(all)
        .filter(DeployedFunction::isWhole)
        .map(whole ->
            new DeployedFunction(
                versions,
                traffic,
                aliases.stream().filter(alias -> whole.has(alias.version())).toList()));
  }

  @Override
  public Traffic traffic(TenantId tenant, FunctionName name) {
    return database.read(
        "Reading the traffic of " + tenant + "/" + name,
        handle -> JdbiTraffic.read(handle, new FunctionRef(tenant, name)));
  }

  @Override
  public Move move(TenantId tenant, FunctionName name, Traffic traffic, AuditEntry entry) {
    FunctionRef function = new FunctionRef(tenant, name);
    return turns
        .inTransactionUnlessTaken(
            tenant,
            "Moving the traffic of " + function,
            handle -> {
              Optional<Move> refused = notMoved(handle, function, traffic);
              if (refused.isPresent()) {
                return refused.get();
              }
              JdbiTraffic.write(handle, function, traffic);
              JdbiAuditStore.append(handle, entry);
              Changes.append(handle, new Change.RouteChanged(function));
              return new Move.Moved();
            })
        .orElseGet(Move.NotNext::new);
  }

  /** Why the traffic cannot be moved; empty if it can, and the route is that of who leads it. */
  private Optional<Move> notMoved(Handle handle, FunctionRef function, Traffic traffic) {
    if (JdbiTraffic.revision(handle, function) != traffic.revision() - 1) {
      return Optional.of(new Move.NotNext());
    }
    List<Integer> numbers = numbers(handle, function);
    if (numbers.isEmpty()) {
      return Optional.of(new Move.NotNext());
    }
    for (int wanted : traffic.slots().weights().keySet()) {
      if (!numbers.contains(wanted)) {
        return Optional.of(new Move.NoSuchVersion(wanted));
      }
    }
    if (traffic.canary().isPresent()) {
      int others = JdbiTraffic.otherCanaries(handle, function);
      if (others >= CANARIES_MAX) {
        return Optional.of(new Move.TooManyCanaries(others));
      }
    }
    int leading = traffic.leading().orElse(numbers.getFirst());
    Optional<DeployedVersion> leader = find(handle, function.tenant(), function.name(), leading);
    if (leader.isEmpty()) {
      return Optional.of(new Move.NoSuchVersion(leading));
    }
    String path = leader.get().route().path();
    Optional<FunctionName> by = takenBy(handle, function, path);
    if (by.isPresent()) {
      return Optional.of(new Move.RouteTaken(by.get()));
    }
    setPath(handle, function, path);
    return Optional.empty();
  }

  @Override
  public List<FunctionRef> due(Instant now, int limit) {
    return database.read(
        "Looking which rollouts are due", handle -> JdbiTraffic.due(handle, now, limit));
  }

  @Override
  public List<FunctionRef> canaries(int limit, Optional<FunctionRef> after) {
    return database.read(
        "Looking which canaries are under way",
        handle -> JdbiTraffic.canaries(handle, limit, after));
  }

  @Override
  public Naming name(
      TenantId tenant,
      FunctionName name,
      Alias alias,
      Optional<String> ifMatch,
      int aliasesMax,
      AuditEntry entry) {
    FunctionRef function = new FunctionRef(tenant, name);
    return turns.inTransaction(
        tenant,
        "Giving the alias " + alias.name() + " of " + function,
        handle -> {
          if (!numbers(handle, function).contains(alias.version())) {
            return new Naming.NoSuchVersion();
          }
          List<Alias> present = JdbiTraffic.aliases(handle, function);
          Optional<Alias> before =
              present.stream().filter(other -> other.name().equals(alias.name())).findFirst();
          if (ifMatch.isPresent() && !Precondition.holds(ifMatch.get(), before.map(Alias::etag))) {
            return new Naming.Differs(before);
          }
          if (before.isPresent() && before.get().version() == alias.version()) {
            return new Naming.Unchanged(before.get());
          }
          if (before.isEmpty() && present.size() >= aliasesMax) {
            return new Naming.TooMany();
          }
          JdbiTraffic.remove(handle, function, alias.name());
          JdbiTraffic.insert(handle, function, alias);
          JdbiAuditStore.append(handle, entry);
          Changes.append(handle, new Change.RouteChanged(function));
          return new Naming.Named();
        });
  }

  @Override
  public boolean unname(TenantId tenant, FunctionName name, String alias, AuditEntry entry) {
    FunctionRef function = new FunctionRef(tenant, name);
    return turns.inTransaction(
        tenant,
        "Removing the alias " + alias + " of " + function,
        handle -> {
          if (!JdbiTraffic.remove(handle, function, alias)) {
            return false;
          }
          JdbiAuditStore.append(handle, entry);
          Changes.append(handle, new Change.RouteChanged(function));
          return true;
        });
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
          JdbiTraffic.forget(handle, new FunctionRef(tenant, name));
          int deleted =
              handle.execute(
                  "DELETE FROM function_versions WHERE tenant = ? AND name = ?",
                  tenant.value(),
                  name.value());
          if (deleted == 0) {
            return false;
          }
          handle.execute(
              """
              UPDATE functions
              SET route_path = NULL, traffic = NULL, traffic_revision = traffic_revision + 1,
                  rollout_due = NULL, canary = NULL
              WHERE tenant = ? AND name = ?
              """,
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
              handle.execute("DELETE FROM canary_samples WHERE tenant = ?", tenant.value());
              handle.execute("DELETE FROM function_uses WHERE tenant = ?", tenant.value());
              handle.execute("DELETE FROM function_log_levels WHERE tenant = ?", tenant.value());
              handle.execute("DELETE FROM function_aliases WHERE tenant = ?", tenant.value());
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
      Handle handle, TenantId tenant, DeployedVersion deployed, Traffic traffic, int functionsMax) {
    FunctionRef function = deployed.version().function();
    FunctionName name = function.name();
    if (JdbiClosingStore.isClosed(handle, tenant)) {
      return Optional.of(new Addition.Closed());
    }
    if (!JdbiModuleStore.has(handle, tenant, deployed.version().module())) {
      return Optional.of(new Addition.NoSuchModule());
    }
    Optional<String> objection =
        JdbiPolicyStore.objection(handle, tenant, deployed.version().module());
    if (objection.isPresent()) {
      return objection.map(Addition.Untrusted::new);
    }
    int revision = JdbiTraffic.revision(handle, function);
    boolean isNextTraffic = traffic.revision() == revision || traffic.revision() == revision + 1;
    if (last(handle, tenant, name) != deployed.version().number() - 1 || !isNextTraffic) {
      return Optional.of(new Addition.NotNext());
    }
    int others = count(handle, tenant, name);
    if (others >= functionsMax && others == count(handle, tenant, null)) {
      return Optional.of(new Addition.TooMany(others));
    }
    return leads(deployed, traffic)
        ? takenBy(handle, function, deployed.route().path()).map(Addition.RouteTaken::new)
        : Optional.empty();
  }

  /** Whether the function is reached by the path of this new version. */
  private static boolean leads(DeployedVersion added, Traffic traffic) {
    return traffic.leading().orElse(added.version().number()) == added.version().number();
  }

  /** The other function that has the path, or what collides with it. */
  private static Optional<FunctionName> takenBy(Handle handle, FunctionRef function, String path) {
    return handle
        .createQuery(
            """
            SELECT name FROM functions
            WHERE tenant = :tenant AND name <> :name AND route_path IS NOT NULL
            AND (route_path = :path OR route_path = :nameAsPath OR name = :pathAsName)
            ORDER BY name LIMIT 1
            """)
        .bind("tenant", function.tenant().value())
        .bind("name", function.name().value())
        .bind("path", path)
        .bind("nameAsPath", "/" + function.name())
        .bind("pathAsName", path.substring(1))
        .map((row, context) -> new FunctionName(row.getString("name")))
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

  private static void insert(Handle handle, DeployedVersion deployed, Traffic traffic) {
    FunctionRef function = deployed.version().function();
    int number = deployed.version().number();
    String functionRow =
        number == 1
            ? "INSERT INTO functions (last_version, tenant, name) VALUES (?, ?, ?)"
            : "UPDATE functions SET last_version = ? WHERE tenant = ? AND name = ?";
    handle.execute(functionRow, number, function.tenant().value(), function.name().value());
    if (leads(deployed, traffic)) {
      setPath(handle, function, deployed.route().path());
    }
    handle
        .createUpdate(
            """
            INSERT INTO function_versions
              (tenant, name, number, digest, manifest, created_at, author, note)
            VALUES (:tenant, :name, :number, :digest, :manifest, :createdAt, :author, :note)
            """)
        .bind("tenant", function.tenant().value())
        .bind("name", function.name().value())
        .bind("number", number)
        .bind("digest", deployed.version().module().toString())
        .bind("manifest", deployed.manifest())
        .bind("createdAt", deployed.createdAt())
        .bind("author", deployed.author())
        .bind("note", deployed.note())
        .execute();
  }

  private static void setPath(Handle handle, FunctionRef function, String path) {
    handle.execute(
        "UPDATE functions SET route_path = ? WHERE tenant = ? AND name = ?",
        path,
        function.tenant().value(),
        function.name().value());
  }

  /** Removes the oldest that nothing asks for. */
  private static void prune(
      Handle handle, DeployedVersion newest, Traffic traffic, int versionsKept) {
    FunctionRef function = newest.version().function();
    Set<Integer> pinned = new HashSet<>(traffic.pinned(newest.createdAt()));
    pinned.add(newest.version().number());
    JdbiTraffic.aliases(handle, function).forEach(alias -> pinned.add(alias.version()));
    List<Integer> numbers = numbers(handle, function);
    numbers.reversed().stream()
        .filter(number -> !pinned.contains(number))
        .limit(Math.max(0, numbers.size() - versionsKept))
        .forEach(number ->
            handle.execute(
                "DELETE FROM function_versions WHERE tenant = ? AND name = ? AND number = ?",
                function.tenant().value(),
                function.name().value(),
                number));
  }

  /** The versions that there are, the newest first. */
  private static List<Integer> numbers(Handle handle, FunctionRef function) {
    return handle
        .createQuery(
            """
            SELECT number FROM function_versions WHERE tenant = :tenant AND name = :name
            ORDER BY number DESC
            """)
        .bind("tenant", function.tenant().value())
        .bind("name", function.name().value())
        .mapTo(Integer.class)
        .list();
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
              StoredManifest.read(function, number, module, createdAt, row.getString("manifest"))
                  .by(row.getString("author"), row.getString("note"))));
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
