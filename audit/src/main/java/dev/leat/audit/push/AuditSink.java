package dev.leat.audit.push;

import dev.leat.audit.AuditRecord;
import java.io.IOException;
import java.util.List;

/**
 * Where audit records are sent. For one thread; blocks for {@link #PATIENCE_MILLIS} at the most.
 */
public interface AuditSink {
  /** How long a connection, and an answer, may take. */
  int PATIENCE_MILLIS = 10_000;

  /** The name under which it is remembered how far it has got. */
  String name();

  /**
   * Sends these, in the chain's order.
   *
   * @throws IOException unless the other side has taken all of them; some may be there then, and
   *     come again
   */
  void send(List<AuditRecord> records) throws IOException;
}
