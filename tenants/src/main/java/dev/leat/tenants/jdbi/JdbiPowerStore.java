package dev.leat.tenants.jdbi;

import dev.leat.audit.AuditEntry;
import dev.leat.audit.jdbi.JdbiAuditStore;
import dev.leat.contract.AddressRange;
import dev.leat.contract.Change;
import dev.leat.contract.TenantId;
import dev.leat.store.Changes;
import dev.leat.store.Database;
import dev.leat.tenants.AllowedPowers;
import dev.leat.tenants.PowerStore;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** What tenants may grant, in columns of the table {@code tenants}. */
public final class JdbiPowerStore implements PowerStore {
  private static final String SEPARATOR = ",";

  private final Database database;

  public JdbiPowerStore(DataSource source) {
    this.database = new Database(source);
  }

  @Override
  public boolean set(TenantId tenant, AllowedPowers powers) {
    return database.inTransaction(
        "Changing the powers of tenant " + tenant,
        handle -> {
          boolean exists =
              handle
                      .createUpdate(
                          "UPDATE tenants SET powers = :powers, private_addresses = :addresses"
                              + " WHERE id = :tenant")
                      .bind("powers", written(powers))
                      .bind("addresses", addresses(powers))
                      .bind("tenant", tenant.value())
                      .execute()
                  == 1;
          if (exists) {
            Changes.append(handle, new Change.QuotaChanged(tenant));
            JdbiAuditStore.append(
                handle,
                AuditEntry.done(Optional.of(tenant), "powers.set", tenant.value(), told(powers)));
          }
          return exists;
        });
  }

  @Override
  public Optional<AllowedPowers> find(TenantId tenant) {
    return database.read(
        "Reading the powers of tenant " + tenant,
        handle ->
            handle
                .createQuery("SELECT powers, private_addresses FROM tenants WHERE id = :tenant")
                .bind("tenant", tenant.value())
                .map((row, context) -> powers(row))
                .findOne());
  }

  @Override
  public Map<TenantId, AllowedPowers> all() {
    return database.read(
        "Reading the powers of all tenants",
        handle ->
            handle
                .createQuery(
                    "SELECT id, powers, private_addresses FROM tenants"
                        + " WHERE powers IS NOT NULL OR private_addresses IS NOT NULL")
                .map((row, context) -> Map.entry(new TenantId(row.getString("id")), powers(row)))
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
  }

  private static @Nullable String written(AllowedPowers powers) {
    return powers.words().map(words -> String.join(SEPARATOR, words)).orElse(null);
  }

  private static @Nullable String addresses(AllowedPowers powers) {
    return powers.privateAddresses().isEmpty()
        ? null
        : powers.privateAddresses().stream()
            .map(AddressRange::toString)
            .collect(Collectors.joining(SEPARATOR));
  }

  private static String told(AllowedPowers powers) {
    String words = powers.words().map(Object::toString).orElse("all");
    String addresses = addresses(powers);
    return addresses == null ? words : words + "; private addresses: " + addresses;
  }

  private static AllowedPowers powers(ResultSet row) throws SQLException {
    String words = row.getString("powers");
    AllowedPowers powers =
        words == null
            ? AllowedPowers.ALL
            : AllowedPowers.only(words.isEmpty() ? Set.of() : Set.of(words.split(SEPARATOR, -1)));
    String addresses = row.getString("private_addresses");
    return addresses == null
        ? powers
        : powers.withPrivate(
            Stream.of(addresses.split(SEPARATOR, -1))
                .flatMap(text -> AddressRange.of(text).stream())
                .toList());
  }
}
