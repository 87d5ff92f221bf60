package dev.leat.registry.jdbi;

import dev.leat.audit.AuditEntry;
import dev.leat.audit.jdbi.JdbiAuditStore;
import dev.leat.contract.Change;
import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.TenantId;
import dev.leat.registry.loglevel.LogLevel;
import dev.leat.registry.loglevel.LogLevelStore;
import dev.leat.store.Changes;
import dev.leat.store.Database;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/** The levels of functions' logs, a row each. */
public final class JdbiLogLevelStore implements LogLevelStore {
  private final Database database;
  private final TenantTurns turns;

  /**
   * @param turns those of the functions' store: whether one is deployed is asked in its turn
   */
  public JdbiLogLevelStore(Database database, TenantTurns turns) {
    this.database = database;
    this.turns = turns;
  }

  @Override
  public boolean set(FunctionRef function, LogLevel level) {
    return turns.inTransaction(
        function.tenant(),
        "Changing the level of the log of " + function,
        handle -> {
          if (!JdbiPermissionStore.isDeployed(handle, function)) {
            return false;
          }
          if (find(handle, function).orElse(LogLevel.STANDARD) != level) {
            forget(handle, function);
            if (level != LogLevel.STANDARD) {
              handle.execute(
                  "INSERT INTO function_log_levels (tenant, name, level) VALUES (?, ?, ?)",
                  function.tenant().value(),
                  function.name().value(),
                  level.word());
            }
            JdbiAuditStore.append(
                handle,
                AuditEntry.done(
                    Optional.of(function.tenant()),
                    "log-level.set",
                    function.toString(),
                    level.word()));
            Changes.append(handle, new Change.LogLevelChanged(function));
          }
          return true;
        });
  }

  @Override
  public Optional<LogLevel> find(FunctionRef function) {
    return database.read(
        "Reading the level of the log of " + function, handle -> find(handle, function));
  }

  private static Optional<LogLevel> find(Handle handle, FunctionRef function) {
    return handle
        .createQuery(
            "SELECT level FROM function_log_levels WHERE tenant = :tenant AND name = :name")
        .bind("tenant", function.tenant().value())
        .bind("name", function.name().value())
        .mapTo(String.class)
        .findOne()
        .flatMap(LogLevel::ofWord);
  }

  @Override
  public Map<FunctionRef, LogLevel> all() {
    return database.read(
        "Reading the levels of all logs",
        handle ->
            handle
                .createQuery("SELECT * FROM function_log_levels")
                .map((row, context) ->
                    Map.entry(
                        new FunctionRef(
                            new TenantId(row.getString("tenant")),
                            new FunctionName(row.getString("name"))),
                        LogLevel.ofWord(row.getString("level")).orElse(LogLevel.STANDARD)))
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
  }

  /** Removes the level of a function that is deleted. */
  static void forget(Handle handle, FunctionRef function) {
    handle.execute(
        "DELETE FROM function_log_levels WHERE tenant = ? AND name = ?",
        function.tenant().value(),
        function.name().value());
  }
}
