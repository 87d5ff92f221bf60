package dev.leat.audit.jdbi;

import dev.leat.audit.push.PushStore;
import dev.leat.store.Database;
import dev.leat.store.Leases;
import dev.leat.store.Leases.Lease;
import javax.sql.DataSource;

/** The table {@code audit_sinks}. */
public final class JdbiPushStore implements PushStore {
  private final Database database;
  private final Leases leases;

  public JdbiPushStore(DataSource source, Leases leases) {
    this.database = new Database(source);
    this.leases = leases;
  }

  @Override
  public long sent(String sink) {
    return database.read(
        "Finding what was sent to " + sink,
        handle ->
            handle
                .createQuery("SELECT seq FROM audit_sinks WHERE name = :sink")
                .bind("sink", sink)
                .mapTo(Long.class)
                .findOne()
                .orElse(0L));
  }

  @Override
  public void keep(Lease lease, String sink, long seq) {
    database.useTransaction(
        "Keeping what was sent to " + sink,
        handle -> {
          leases.hold(handle, lease);
          if (handle.execute("UPDATE audit_sinks SET seq = ? WHERE name = ?", seq, sink) == 0) {
            handle.execute("INSERT INTO audit_sinks (name, seq) VALUES (?, ?)", sink, seq);
          }
        });
  }
}
