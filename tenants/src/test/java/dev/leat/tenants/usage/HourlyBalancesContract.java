package dev.leat.tenants.usage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.TenantId;
import dev.leat.contract.Usage;
import dev.leat.tenants.Admission.Admitted;
import dev.leat.tenants.QuotaGate;
import dev.leat.tenants.Quotas;
import dev.leat.tenants.jdbi.JdbiPowerStore;
import dev.leat.tenants.jdbi.JdbiQuotaStore;
import dev.leat.tenants.jdbi.TenantsSchema;
import dev.leat.tenants.usage.jdbi.JdbiUsageStore;
import dev.leat.testkit.ManualClock;
import dev.leat.testkit.MigratedDatabases;
import dev.leat.testkit.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** That an hour's budget holds over nodes and starts, and nothing is charged twice. */
public abstract class HourlyBalancesContract {
  private static final TenantId ACME = new TenantId("acme");
  private static final FunctionRef MASK = new FunctionRef(ACME, new FunctionName("mask"));
  private static final FunctionRef ECHO = new FunctionRef(ACME, new FunctionName("echo"));

  protected static final MigratedDatabases DATABASES =
      new MigratedDatabases(TenantsSchema::migrate);

  private final TestDatabase database;
  private final ManualClock clock = new ManualClock();
  private final AtomicLong nanos = new AtomicLong();

  protected HourlyBalancesContract(TestDatabase database) {
    this.database = database;
  }

  @BeforeEach
  void migrate() {
    database.execute("INSERT INTO tenants (id, created_at) VALUES ('acme', CURRENT_TIMESTAMP)");
    database.execute("INSERT INTO quotas VALUES ('acme', 'fuel-per-hour', 1000)");
    database.execute("INSERT INTO function_quotas VALUES ('acme', 'mask', 'fuel-per-hour', 700)");
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void whatOneNodeCharged_isChargedOnTheOther_once() {
    TestNode one = new TestNode("one");
    TestNode two = new TestNode("two");

    one.use(MASK, 650);
    for (int i = 0; i < 5; i++) {
      one.log.write();
      one.balances.read();
      two.balances.read(); // again and again: the row is read each time
    }
    assertThat(one.lets(MASK)).as("650 of 700").isTrue();
    assertThat(two.lets(MASK)).as("650 of 700").isTrue();

    one.use(MASK, 50);
    one.log.write();
    two.balances.read();
    assertThat(two.lets(MASK)).as("the function's 700").isFalse();
    assertThat(two.lets(ECHO)).as("700 of the tenant's 1,000").isTrue();

    two.use(ECHO, 300);
    two.log.write();
    one.balances.read();
    two.balances.read();
    assertThat(one.lets(ECHO)).isFalse();
    nanos.addAndGet(Duration.ofMinutes(3).toNanos()); // 50 of the tenant's
    assertThat(one.lets(ECHO)).isTrue();
    one.use(ECHO, 49);
    assertThat(one.lets(ECHO)).as("50 - 49").isTrue();
    one.use(ECHO, 2);
    assertThat(one.lets(ECHO)).isFalse();
  }

  @Test
  void clockStepsByAnHourBothWays_eachIsChargedOnce() {
    TestNode one = new TestNode("one");
    TestNode two = new TestNode("two");

    for (int minute = 0; minute < 4; minute++) {
      one.use(ECHO, 100);
      one.log.write();
      two.balances.read();
      one.use(ECHO, 100);
      clock.advance(Duration.ofMinutes(List.of(1, -60, 60, 1).get(minute)));
      one.log.write();
    }
    two.balances.read();
    two.balances.read();

    assertThat(two.lets(ECHO)).as("800").isTrue();
    two.use(ECHO, 199);
    assertThat(two.lets(ECHO)).as("999").isTrue();
    two.use(ECHO, 1);
    assertThat(two.lets(ECHO)).isFalse();
  }

  @Test
  void anotherStart_findsWhatAllHadCharged_itsOwnOnce() {
    TestNode one = new TestNode("one");
    TestNode two = new TestNode("two");
    one.use(ECHO, 500);
    two.use(ECHO, 400);
    one.log.write();
    two.log.write();

    TestNode again = new TestNode("one-again");
    assertThat(again.lets(ECHO)).as("900 of 1,000").isTrue();
    again.use(ECHO, 90);
    again.log.write();
    again.balances.read();
    again.balances.read();

    assertThat(again.lets(ECHO)).as("990").isTrue();
    again.use(ECHO, 10);
    assertThat(again.lets(ECHO)).isFalse();
  }

  @Test
  void anotherStart_ofWhatWasUsedLongAgo_onlyTheDebtIsLeft() {
    TestNode one = new TestNode("one");
    one.use(ECHO, 3_000); // until three hours later all has come back
    one.log.write();
    database.execute("UPDATE usage_rows SET charged_at = charged_at - INTERVAL '90' MINUTE");
    assertThat(new TestNode("in-debt").lets(ECHO)).isFalse();

    database.execute("UPDATE usage_rows SET charged_at = charged_at - INTERVAL '40' MINUTE");

    assertThat(new TestNode("later").lets(ECHO)).isTrue();
  }

  @Test
  void commitWhoseAnswerWasLost_isChargedOnce() {
    TestNode one = new TestNode("one");
    TestNode two = new TestNode("two");
    one.use(ECHO, 600);
    one.log.write();
    two.balances.read();
    // It is written once more, as by a node that does not know that it was.
    database.execute("UPDATE usage_rows SET charged_at = CURRENT_TIMESTAMP");
    two.balances.read();

    assertThat(two.lets(ECHO)).as("600, not 1,200").isTrue();
  }

  @Test
  void balancesThatAreNotLoaded_areNotReadYet() {
    TestNode one = new TestNode("one");
    one.use(ECHO, 2_000);
    one.log.write();
    QuotaGate gate = new QuotaGate(nanos::get);
    HourlyBalances early =
        new HourlyBalances("x", new JdbiUsageStore(database.dataSource()), gate, nanos::get);

    early.read(); // the limits are not known, so nothing would be charged
    limit(gate);
    early.load();

    assertThat(gate.admit(ECHO)).isNotInstanceOf(Admitted.class);
  }

  private void limit(QuotaGate gate) {
    DataSource source = database.dataSource();
    new Quotas(new JdbiQuotaStore(source), new JdbiPowerStore(source), gate).load();
  }

  /** A start of a node, as far as balances go. */
  private final class TestNode {
    private final QuotaGate gate = new QuotaGate(nanos::get);
    private final UsageCounts counts = new UsageCounts();
    private final UsageLog log;
    private final HourlyBalances balances;

    TestNode(String name) {
      UsageStore store = new JdbiUsageStore(database.dataSource());
      log = new UsageLog(name, counts, store, Map::of, tenant -> true, clock, () -> {});
      balances = new HourlyBalances(name, store, gate, nanos::get);
      limit(gate);
      balances.load();
    }

    /** An invocation that was let in here has ended. */
    void use(FunctionRef function, long fuel) {
      Usage usage = new Usage(fuel, 0, 0, Usage.Acquire.RESET, 0, 0, 0, 0);
      if (gate.admit(function) instanceof Admitted admitted) {
        admitted.release(usage);
        counts.charged(function, usage);
      } else {
        throw new AssertionError(function + " was refused");
      }
    }

    boolean lets(FunctionRef function) {
      if (gate.admit(function) instanceof Admitted admitted) {
        admitted.release(Usage.NONE);
        return true;
      }
      return false;
    }
  }
}
