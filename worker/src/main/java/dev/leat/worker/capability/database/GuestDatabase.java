package dev.leat.worker.capability.database;

import static dev.leat.contract.permission.PermissionType.DATABASE_READ;
import static dev.leat.contract.permission.PermissionType.DATABASE_WRITE;

import dev.leat.contract.Grant;
import dev.leat.contract.TenantId;
import dev.leat.contract.permission.PermissionType;
import dev.leat.engine.GuestInstance;
import dev.leat.engine.StackRoom;
import dev.leat.worker.capability.GuestPermits;
import dev.leat.worker.capability.GuestText;
import dev.leat.worker.capability.HostCode;
import dev.leat.worker.capability.HostWork;
import dev.leat.worker.sql.SqlReader;
import dev.leat.worker.sql.SqlReading;
import dev.leat.worker.sql.SqlStatement;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The database that one instance reaches. Each method is a host function: arguments as the guest
 * gave them, the answer a handle, a length or a {@link HostCode}. Confined to the guest's thread.
 */
public final class GuestDatabase {
  /** Of a statement, in UTF-8. */
  static final int SQL_BYTES_MAX = 16_384;

  static final int PARAMETER_BYTES_MAX = 256 << 10;

  /** Of the JSON of one answer. */
  public static final int RESULT_BYTES_MAX = 1 << 20;

  /** Answers that a call may have at the same moment, and their bytes. */
  static final int HANDLES_MAX = 16;

  static final int HANDLES_BYTES_MAX = 2 << 20;

  /** Reading a character of a statement takes as long as so many instructions of a guest. */
  private static final int FUEL_PER_CHARACTER = 200;

  private static final Logger LOG = LoggerFactory.getLogger(GuestDatabase.class);

  private final TenantId tenant;
  private final Grant.Database granted;
  private final GuestPermits permits;
  private final Databases databases;
  private final ReadStatements statements;
  private final ResultRoom room;
  private final HostWork work;
  private final Executor blocking;

  private final Map<Integer, byte[]> results = new HashMap<>();
  private int resultBytes;
  private int lastHandle;
  private Transaction transaction = Transaction.NONE;

  /** That of the transaction; null before its first statement. */
  private @Nullable SqlSession session;

  private enum Transaction {
    NONE,
    OPEN,
    /** A statement of it failed, and nothing of it is done. */
    FAILED
  }

  GuestDatabase(
      TenantId tenant,
      Grant.Database granted,
      GuestPermits permits,
      Databases databases,
      ReadStatements statements,
      ResultRoom room,
      HostWork work,
      Executor blocking) {
    this.tenant = tenant;
    this.granted = granted;
    this.permits = permits;
    this.databases = databases;
    this.statements = statements;
    this.room = room;
    this.work = work;
    this.blocking = blocking;
  }

  /** {@code sql_query(sql, slen, params, plen)}. */
  int query(GuestInstance guest, long[] a) {
    return run(guest, a, false);
  }

  /** {@code sql_execute(sql, slen, params, plen)}. */
  int execute(GuestInstance guest, long[] a) {
    return run(guest, a, true);
  }

  /** {@code sql_result(handle, buf, cap)}. */
  int result(GuestInstance guest, long[] a) {
    byte[] json = results.get((int) a[0]);
    return json == null ? HostCode.INVALID : GuestText.write(guest, json, a[1], a[2]);
  }

  /** {@code sql_close(handle)}. */
  int close(GuestInstance guest, long[] a) {
    byte[] json = results.remove((int) a[0]);
    if (json != null) {
      give(json.length);
      resultBytes -= json.length;
    }
    return HostCode.DONE;
  }

  /** {@code sql_begin()}. Nothing is held before the first statement. */
  int begin(GuestInstance guest, long[] a) {
    if (!isPermittedAny()) {
      return denied(DATABASE_READ, "a transaction");
    }
    if (transaction != Transaction.NONE) {
      return HostCode.CONFLICT;
    }
    transaction = Transaction.OPEN;
    return HostCode.DONE;
  }

  /** {@code sql_commit()}. */
  int commit(GuestInstance guest, long[] a) {
    Transaction ended = transaction;
    SqlSession committing = session;
    transaction = Transaction.NONE;
    session = null;
    return switch (ended) {
      case NONE -> HostCode.INVALID;
      case FAILED -> HostCode.FAILED;
      case OPEN -> committing == null ? HostCode.DONE : commit(guest, committing);
    };
  }

  private int commit(GuestInstance guest, SqlSession committing) {
    return await(
            guest,
            new Attempt(committing),
            attempt -> {
              committing.commit();
              return Ran.DONE;
            })
        .code();
  }

  /** {@code sql_rollback()}. */
  int rollback(GuestInstance guest, long[] a) {
    if (transaction == Transaction.NONE) {
      return HostCode.INVALID;
    }
    endTransaction();
    return HostCode.DONE;
  }

  /** {@code sql_is_allowed(sql, slen)}. */
  int isAllowed(GuestInstance guest, long[] a) {
    if (Integer.compareUnsigned((int) a[1], SQL_BYTES_MAX) > 0) {
      return 0;
    }
    String sql = text(guest, a[0], a[1]);
    return sql != null
            && read(guest, sql).orElse(null)
                instanceof SqlReading.Understood(SqlStatement statement)
            && isPermittedAny()
            && statement.reads().stream().allMatch(it -> permits.would(DATABASE_READ, resource(it)))
            && statement.writes().stream()
                .allMatch(it -> permits.would(DATABASE_WRITE, resource(it)))
        ? 1
        : 0;
  }

  /** Nothing of one call is left to the next. */
  void end() {
    results.values().forEach(json -> give(json.length));
    results.clear();
    resultBytes = 0;
    lastHandle = 0;
    endTransaction();
  }

  private void endTransaction() {
    SqlSession ending = session;
    session = null;
    transaction = Transaction.NONE;
    if (ending != null) {
      blocking.execute(ending::close); // which undoes what was not committed
    }
  }

  private int run(GuestInstance guest, long[] a, boolean changes) {
    if (Integer.compareUnsigned((int) a[1], SQL_BYTES_MAX) > 0
        || Integer.compareUnsigned((int) a[3], PARAMETER_BYTES_MAX) > 0) {
      return HostCode.TOO_LARGE;
    }
    String sql = text(guest, a[0], a[1]);
    byte[] parameters = bytes(guest, a[2], a[3]);
    if (sql == null) {
      return HostCode.INVALID;
    }
    Ran ran = run(guest, sql, parameters, Optional.of(changes));
    return ran.json() == null ? ran.code() : keep(ran.json());
  }

  /**
   * The same for a step, which names the connection and says no beforehand what it is about to do.
   */
  Ran run(GuestInstance guest, Optional<String> connection, String sql, byte[] parameters) {
    if (connection.filter(name -> !name.equals(granted.connection())).isPresent()) {
      permits.deny(DATABASE_READ, connection.get() + " (another connection)");
      return Ran.of(HostCode.DENIED);
    }
    return sql.length() > SQL_BYTES_MAX || parameters.length > PARAMETER_BYTES_MAX
        ? Ran.of(HostCode.TOO_LARGE)
        : run(guest, sql, parameters, Optional.empty());
  }

  /**
   * Runs a statement, if it may be run.
   *
   * @param changes whether it is to change something; empty for whatever it does
   * @return room is taken for its answer, if it has one
   */
  Ran run(GuestInstance guest, String sql, byte[] parameters, Optional<Boolean> changes) {
    SqlReading reading = read(guest, sql).orElse(null);
    return switch (reading) {
      case null -> Ran.of(HostCode.TIMEOUT);
      case SqlReading.Refused(String reason) ->
          Ran.of(denied(changes.orElse(true) ? DATABASE_WRITE : DATABASE_READ, reason));
      case SqlReading.Understood(SqlStatement statement) -> {
        if (changes.isPresent() && changes.get() != statement.changes()) {
          yield Ran.of(HostCode.INVALID);
        }
        yield isPermitted(statement)
            ? runPermitted(guest, statement, parameters)
            : Ran.of(HostCode.DENIED);
      }
    };
  }

  /** Asks for all that it needs, so that what is told of a denial is complete. */
  private boolean isPermitted(SqlStatement statement) {
    if (!isPermittedAny()) {
      return denied(DATABASE_READ, "any table") == HostCode.DONE;
    }
    boolean isPermitted = true;
    for (String table : statement.reads()) {
      isPermitted &= permits.allows(DATABASE_READ, resource(table));
    }
    for (String table : statement.writes()) {
      isPermitted &= permits.allows(DATABASE_WRITE, resource(table));
    }
    return isPermitted;
  }

  /** A statement without tables needs the power, too. */
  private boolean isPermittedAny() {
    return permits.allowsSome(DATABASE_READ) || permits.allowsSome(DATABASE_WRITE);
  }

  private String resource(String table) {
    return granted.connection() + "/" + table;
  }

  /** What no permission could allow: the record says what of the statement it was. */
  private int denied(PermissionType type, String what) {
    permits.deny(type, granted.connection() + " (" + what + ")");
    return HostCode.DENIED;
  }

  private Ran runPermitted(GuestInstance guest, SqlStatement statement, byte[] parameters) {
    if (transaction == Transaction.FAILED) {
      return Ran.of(HostCode.FAILED);
    }
    if (results.size() >= HANDLES_MAX || resultBytes > HANDLES_BYTES_MAX - RESULT_BYTES_MAX) {
      return Ran.of(HostCode.QUOTA);
    }
    StackRoom.forALock();
    if (!room.take(tenant, RESULT_BYTES_MAX)) {
      return Ran.of(HostCode.FAILED);
    }
    int used = 0;
    try {
      Ran ran = runInRoom(guest, statement, parameters);
      used = ran.json() == null ? 0 : ran.json().length;
      return ran;
    } finally {
      give(RESULT_BYTES_MAX - used);
    }
  }

  private Ran runInRoom(GuestInstance guest, SqlStatement statement, byte[] parameters) {
    boolean isTransaction = transaction == Transaction.OPEN;
    Attempt attempt = new Attempt(session);
    session = null;
    if (isTransaction) {
      transaction = Transaction.FAILED; // unless it ends well
    }
    Ran ran = await(guest, attempt, it -> it.run(statement, parameters, isTransaction));
    if (isTransaction && ran.code() >= 0) {
      session = attempt.kept();
      transaction = Transaction.OPEN;
    }
    return ran;
  }

  /** Does it on another thread; whatever comes of it, the session is somebody's to close. */
  private Ran await(GuestInstance guest, Attempt attempt, Step step) {
    boolean isDone = false;
    try {
      Optional<Ran> ran = work.await(tenant, guest, granted.timeout(), () -> attempt.make(step));
      isDone = ran.isPresent();
      return ran.orElseGet(() -> Ran.of(HostCode.TIMEOUT));
    } finally {
      if (!isDone) {
        attempt.giveUp().ifPresent(left -> blocking.execute(left::close));
      }
    }
  }

  @FunctionalInterface
  private interface Step {
    Ran make(Attempt attempt);
  }

  /** Something that is done in a session by another thread, which the guest may not wait for. */
  private final class Attempt {
    private @Nullable SqlSession session;
    private boolean isUnderWay;
    private boolean isGivenUp;

    Attempt(@Nullable SqlSession session) {
      this.session = session;
    }

    Ran make(Step step) {
      if (!begin()) {
        return Ran.of(HostCode.TIMEOUT);
      }
      try {
        return step.make(this);
      } catch (SqlFailure e) {
        LOG.debug(
            "A function's statement failed tenant={} kind={} state={}",
            tenant,
            e.kind(),
            e.state(),
            e);
        return Ran.of(e);
      } catch (RuntimeException e) {
        LOG.debug("A function's statement failed tenant={}", tenant, e);
        return Ran.of(HostCode.FAILED);
      } finally {
        ended();
      }
    }

    Ran run(SqlStatement statement, byte[] parameters, boolean isTransaction) {
      var values = SqlValue.read(parameters);
      if (values.size() != statement.parameters()) {
        throw new SqlFailure(SqlFailure.Kind.INVALID, "", "Other parameters than it has", null);
      }
      SqlSession open = opened(isTransaction).orElse(null);
      if (open == null) {
        return Ran.of(HostCode.ABSENT);
      }
      return Ran.of(
          open.run(
              statement,
              values,
              new SqlSession.Limits(granted.rows(), RESULT_BYTES_MAX, granted.timeout())));
    }

    private Optional<SqlSession> opened(boolean isTransaction) {
      SqlSession had = held();
      if (had != null) {
        return Optional.of(had);
      }
      Optional<SqlSession> made = databases.session(tenant, granted.connection());
      made.ifPresent(session -> {
        if (isTransaction) {
          session.begin();
        }
        hold(session);
      });
      return made;
    }

    private synchronized @Nullable SqlSession held() {
      return session;
    }

    private synchronized void hold(SqlSession made) {
      session = made;
      if (isGivenUp) {
        made.cancel();
      }
    }

    private synchronized boolean begin() {
      isUnderWay = !isGivenUp;
      return isUnderWay;
    }

    /** It is the guest's again, unless that is gone. */
    private void ended() {
      SqlSession left = null;
      synchronized (this) {
        isUnderWay = false;
        if (isGivenUp) {
          left = session;
          session = null;
        }
      }
      if (left != null) {
        left.close();
      }
    }

    /** The session, if nobody works on it: then it is to be closed. Else who does closes it. */
    synchronized Optional<SqlSession> giveUp() {
      isGivenUp = true;
      SqlSession left = session;
      if (isUnderWay) {
        if (left != null) {
          left.cancel();
        }
        return Optional.empty();
      }
      session = null;
      return Optional.ofNullable(left);
    }

    synchronized @Nullable SqlSession kept() {
      return session;
    }
  }

  /**
   * How a statement ended.
   *
   * @param code 0 if it was done
   * @param json its answer, if it was done
   * @param state the database's SQLSTATE, "" if there is none
   */
  record Ran(int code, byte @Nullable [] json, String state) {
    static final Ran DONE = of(HostCode.DONE);

    static Ran of(int code) {
      return new Ran(code, null, "");
    }

    static Ran of(byte[] json) {
      return new Ran(HostCode.DONE, json, "");
    }

    static Ran of(SqlFailure failure) {
      int code =
          switch (failure.kind()) {
            case INVALID -> HostCode.INVALID;
            case DENIED -> HostCode.DENIED;
            case CONFLICT -> HostCode.CONFLICT;
            case TIMEOUT -> HostCode.TIMEOUT;
            case TOO_LARGE -> HostCode.TOO_LARGE;
            case UNAVAILABLE -> HostCode.FAILED;
          };
      return new Ran(code, null, failure.state());
    }
  }

  private int keep(byte[] json) {
    results.put(++lastHandle, json);
    resultBytes += json.length;
    return lastHandle;
  }

  /** Room that was taken. */
  void give(long bytes) {
    room.give(tenant, bytes);
  }

  private Optional<SqlReading> read(GuestInstance guest, String sql) {
    guest.charge((long) sql.length() * FUEL_PER_CHARACTER); // known or not: it costs the same
    SqlReading known = statements.find(sql);
    if (known != null) {
      return Optional.of(known);
    }
    SqlReader reader = new SqlReader(sql);
    Optional<SqlReading> reading = Optional.empty();
    try {
      reading = work.await(tenant, guest, granted.timeout(), () -> statements.read(sql, reader));
    } finally {
      if (reading.isEmpty()) {
        reader.giveUp();
      }
    }
    return reading;
  }

  static byte[] bytes(GuestInstance guest, long pointer, long length) {
    guest.charge(Integer.toUnsignedLong((int) length));
    return guest.memory().read((int) pointer, (int) length);
  }

  /** The text there; null if it is none in UTF-8. */
  private static @Nullable String text(GuestInstance guest, long pointer, long length) {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes(guest, pointer, length)))
          .toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }
}
