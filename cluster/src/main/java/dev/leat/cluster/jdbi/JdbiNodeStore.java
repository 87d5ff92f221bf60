package dev.leat.cluster.jdbi;

import dev.leat.cluster.Member;
import dev.leat.cluster.NodeStore;
import dev.leat.contract.Change;
import dev.leat.contract.MemberState;
import dev.leat.contract.NodeRole;
import dev.leat.store.Changes;
import dev.leat.store.Database;
import dev.leat.store.Leases;
import dev.leat.store.Leases.Lease;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.SqlStatement;

/** The table of nodes. */
public final class JdbiNodeStore implements NodeStore {
  private static final String COLUMNS =
      "name, incarnation, roles, address, cluster_host, cluster_port, member_port, version, state,"
          + " skew_millis";

  private final Database database;
  private final Leases leases;

  public JdbiNodeStore(DataSource source, Leases leases) {
    this.database = new Database(source);
    this.leases = leases;
  }

  @Override
  public void save(Lease claim, Member member) {
    database.useTransaction(
        "Saving the node '" + member.name() + "'",
        handle -> {
          leases.hold(handle, claim);
          if (update(handle, member) == 0) {
            insert(handle, member);
          }
          Changes.append(handle, new Change.MemberChanged(member.name()));
        });
  }

  private static int update(Handle handle, Member member) {
    return bind(
            handle.createUpdate(
                """
                UPDATE nodes SET
                  incarnation = :incarnation, roles = :roles, address = :address,
                  cluster_host = :clusterHost, cluster_port = :clusterPort,
                  member_port = :memberPort, version = :version, state = :state,
                  skew_millis = :skewMillis
                WHERE name = :name
                """),
            member)
        .execute();
  }

  private static void insert(Handle handle, Member member) {
    bind(
            handle.createUpdate(
                """
                INSERT INTO nodes (%s)
                VALUES (:name, :incarnation, :roles, :address, :clusterHost, :clusterPort,
                        :memberPort, :version, :state, :skewMillis)
                """
                    .formatted(COLUMNS)),
            member)
        .execute();
  }

  private static <S extends SqlStatement<S>> S bind(S statement, Member member) {
    return statement
        .bind("name", member.name())
        .bind("incarnation", member.incarnation())
        .bind(
            "roles",
            member.roles().stream().map(NodeRole::word).sorted().collect(Collectors.joining(",")))
        .bind("address", member.address())
        .bind("clusterHost", member.clusterHost())
        .bind("clusterPort", member.clusterPort())
        .bind("memberPort", member.memberPort())
        .bind("version", member.version())
        .bind("state", member.state().word())
        .bind("skewMillis", member.skew().toMillis());
  }

  @Override
  public void remove(Lease lease, String name, long incarnation) {
    database.useTransaction(
        "Deleting the node '" + name + "'",
        handle -> {
          leases.hold(handle, lease);
          int deleted =
              handle.execute(
                  "DELETE FROM nodes WHERE name = ? AND incarnation = ?", name, incarnation);
          if (deleted > 0) {
            Changes.append(handle, new Change.MemberChanged(name));
          }
        });
  }

  @Override
  public Optional<Member> find(String name) {
    return database.read(
        "Reading the node '" + name + "'",
        handle ->
            handle
                .createQuery("SELECT " + COLUMNS + " FROM nodes WHERE name = :name")
                .bind("name", name)
                .map((row, context) -> member(row))
                .findOne());
  }

  @Override
  public List<Member> all() {
    return database.read(
        "Reading the nodes",
        handle ->
            handle
                .createQuery("SELECT " + COLUMNS + " FROM nodes ORDER BY name")
                .map((row, context) -> member(row))
                .list());
  }

  private static Member member(ResultSet row) throws SQLException {
    return new Member(
        row.getString("name"),
        row.getLong("incarnation"),
        roles(row.getString("roles")),
        row.getString("address"),
        row.getString("cluster_host"),
        row.getInt("cluster_port"),
        row.getInt("member_port"),
        row.getString("version"),
        state(row.getString("state")),
        Duration.ofMillis(row.getLong("skew_millis")));
  }

  private static Set<NodeRole> roles(String words) {
    List<String> known = List.of(words.split(","));
    return Arrays.stream(NodeRole.values())
        .filter(role -> known.contains(role.word()))
        .collect(Collectors.toSet());
  }

  private static MemberState state(String word) {
    return Arrays.stream(MemberState.values())
        .filter(state -> state.word().equals(word))
        .findFirst()
        .orElse(MemberState.DRAINING);
  }
}
