package dev.leat.testkit;

import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.sql.DataSource;

/**
 * Databases with the tables of some rooms, one for each test. Making tables takes longer than most
 * tests. So a database whose test is over gets back the rows and sequences that it had when its
 * tables had been made, and is the next test's. Where a test changed more than rows, left very many
 * or went on using it, nobody gets it again. For any number of threads.
 */
public final class MigratedDatabases {
  private final List<Consumer<DataSource>> migrations;
  private final Deque<PristineDatabase> h2 = new ConcurrentLinkedDeque<>();
  private final Deque<PristineDatabase> postgres = new ConcurrentLinkedDeque<>();

  /**
   * Those of these migrations, which run in this order. Best kept by a static field: each of these
   * objects makes its own tables.
   */
  @SafeVarargs
  @SuppressWarnings("varargs") // List.of stores nothing in the array
  public MigratedDatabases(Consumer<DataSource>... migrations) {
    this.migrations = List.of(migrations);
  }

  /** As of {@link TestDatabase#h2()}. */
  public TestDatabase h2() {
    return opened(h2, Dialect.H2, TestDatabase::h2);
  }

  /** As of {@link TestDatabase#postgres()}. */
  public TestDatabase postgres() {
    return opened(postgres, Dialect.POSTGRES, TestDatabase::postgres);
  }

  private TestDatabase opened(
      Deque<PristineDatabase> free, Dialect dialect, Supplier<TestDatabase> empty) {
    PristineDatabase kept = free.poll();
    PristineDatabase pristine = kept == null ? made(dialect, empty) : kept;
    return pristine.open(inUse -> {
      if (!inUse && pristine.restore()) {
        free.push(pristine);
      } else {
        pristine.close();
      }
    });
  }

  private PristineDatabase made(Dialect dialect, Supplier<TestDatabase> empty) {
    try (TestDatabase database = empty.get()) {
      migrations.forEach(migration -> migration.accept(database.dataSource()));
      return new PristineDatabase(database.url(), database.user(), dialect);
    }
  }
}
