package dev.leat.worker.capability.database;

import dev.leat.contract.permission.PermissionType;
import dev.leat.engine.GuestInstance;
import dev.leat.worker.capability.GuestBuffer;
import dev.leat.worker.capability.GuestPermits;
import dev.leat.worker.capability.HostCode;
import dev.leat.worker.capability.database.GuestDatabase.Ran;
import dev.leat.worker.capability.step.StepReply;
import dev.leat.worker.capability.step.StepRequest;
import java.util.Optional;
import java.util.Set;

/** A step's {@code db_query(json, len)}: a query or a change, and its answer. */
final class StepQuery {
  private static final Set<String> MEMBERS = Set.of("connection", "sql", "params");

  private StepQuery() {}

  static long query(GuestDatabase database, GuestInstance guest, long[] a) {
    if (Integer.compareUnsigned((int) a[1], StepRequest.BYTES_MAX) > 0) {
      return StepReply.error(guest, HostCode.TOO_LARGE, "the request is larger than it may be");
    }
    Optional<StepRequest> read = StepRequest.read(guest, a[0], a[1], MEMBERS);
    if (read.isEmpty()
        || read.get().text("sql").isEmpty()
        || read.get().text("params").isPresent()) {
      return StepReply.error(
          guest,
          HostCode.INVALID,
          "the request must be {\"connection\", \"sql\", \"params\"}, with a sql at least and an"
              + " array of params");
    }
    StepRequest request = read.get();
    Ran ran =
        database.run(
            guest,
            request.text("connection"),
            request.text("sql").orElseThrow(),
            request.json("params").orElseGet(() -> new byte[0]));
    byte[] json = ran.json();
    if (json == null) {
      return StepReply.error(guest, ran.code(), why(ran));
    }
    try {
      return GuestBuffer.give(guest, json);
    } finally {
      database.give(json.length);
    }
  }

  private static String why(Ran ran) {
    String why =
        switch (ran.code()) {
          case HostCode.ABSENT -> "the tenant has no such connection";
          case HostCode.DENIED -> "the function may not run this statement";
          case HostCode.INVALID -> "the database takes neither the statement nor its parameters";
          case HostCode.TIMEOUT -> "it took too long";
          case HostCode.TOO_LARGE -> "the answer has more rows or bytes than it may have";
          case HostCode.CONFLICT ->
              "it would break a constraint, or another transaction is in the way";
          default -> "the database cannot be reached, or has no room";
        };
    return ran.state().isEmpty() ? why : why + " (SQLSTATE " + ran.state() + ")";
  }

  /** What a guest without the power is answered. */
  static long denied(GuestPermits permits, GuestInstance guest, long[] a) {
    permits.deny(PermissionType.DATABASE_READ, "(no database is granted)");
    return StepReply.error(guest, HostCode.DENIED, "the function has no capability database");
  }
}
