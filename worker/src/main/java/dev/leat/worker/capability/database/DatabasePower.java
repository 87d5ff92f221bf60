package dev.leat.worker.capability.database;

import dev.leat.contract.FixedConditions;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Grant;
import dev.leat.contract.GuestContract;
import dev.leat.contract.PowerFunction;
import dev.leat.contract.permission.PermissionType;
import dev.leat.worker.capability.GuestPermits;
import dev.leat.worker.capability.HostCode;
import dev.leat.worker.capability.HostWork;
import dev.leat.worker.capability.Offer;
import dev.leat.worker.capability.Power;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * SQL in a database that an operator lets a tenant's functions reach, by {@code sql_query} and its
 * like.
 */
public final class DatabasePower implements Power<GuestDatabase> {
  private final Databases databases;
  private final ResultRoom room;
  private final HostWork work;
  private final Executor blocking;
  private final ReadStatements statements = new ReadStatements();

  /**
   * @param work bounds what is under way; what runs in each database its connections bound
   * @param blocking virtual threads, which sessions are closed on
   */
  public DatabasePower(Databases databases, ResultRoom room, HostWork work, Executor blocking) {
    this.databases = databases;
    this.room = room;
    this.work = work;
    this.blocking = blocking;
  }

  /** Where there are no connections: each is absent. */
  public static DatabasePower none() {
    return new DatabasePower(
        (tenant, connection) -> Optional.empty(),
        ResultRoom.ofThisJvm(),
        new HostWork(Thread::startVirtualThread, 1),
        Thread::startVirtualThread);
  }

  @Override
  public List<Offer<GuestDatabase>> link(GuestContract contract) {
    return Stream.of(
            offers(contract, PowerFunction.SQL_QUERY, GuestDatabase::query),
            offers(contract, PowerFunction.SQL_EXECUTE, GuestDatabase::execute),
            offers(contract, PowerFunction.SQL_RESULT, GuestDatabase::result),
            offers(contract, PowerFunction.SQL_CLOSE, GuestDatabase::close),
            offers(contract, PowerFunction.SQL_BEGIN, GuestDatabase::begin),
            offers(contract, PowerFunction.SQL_COMMIT, GuestDatabase::commit),
            offers(contract, PowerFunction.SQL_ROLLBACK, GuestDatabase::rollback),
            Offer.of(
                contract,
                PowerFunction.SQL_IS_ALLOWED,
                GuestDatabase::isAllowed,
                (permits, guest, a) -> 0),
            Offer.of(contract, PowerFunction.DB_QUERY, StepQuery::query, StepQuery::denied))
        .flatMap(List::stream)
        .toList();
  }

  private static List<Offer<GuestDatabase>> offers(
      GuestContract contract, PowerFunction function, Offer.Body<GuestDatabase> granted) {
    return Offer.of(
        contract,
        function,
        granted,
        (permits, guest, a) -> {
          permits.deny(PermissionType.DATABASE_READ, "(no database is granted)");
          return HostCode.DENIED;
        });
  }

  @Override
  public Optional<GuestDatabase> configure(
      FunctionVersion version, GuestPermits permits, @Nullable FixedConditions fixed) {
    return version
        .grants()
        .find(Grant.Database.class)
        .map(granted ->
            new GuestDatabase(
                version.function().tenant(),
                granted,
                permits,
                databases,
                statements,
                room,
                work,
                blocking));
  }

  @Override
  public void end(GuestDatabase database) {
    database.end();
  }
}
