package dev.leat.tenants.usage;

import dev.leat.contract.Answer;
import dev.leat.contract.Change;
import dev.leat.contract.Page;
import dev.leat.contract.ProblemCode;
import dev.leat.contract.TenantId;
import dev.leat.store.ChangeFeed;
import dev.leat.store.StoreFailure;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes down twice a second what this node counted, and tells what all nodes wrote. A row has all
 * that its writer, this start of this node, counted in it so far: it is set and not added to, so
 * writing it again, when nobody knows whether it was committed, counts nothing twice. A crash loses
 * what was counted in its last second, an orderly stop nothing. While the store is away all is
 * kept, in a bounded number of rows: then several minutes are counted as one.
 */
public final class UsageLog implements ChangeFeed.Subscriber, AutoCloseable {
  /** Rows that wait to be written until minutes are counted as one: at about 300 bytes, 15 MB. */
  static final int ROWS_MAX = 50_000;

  /** By minutes it is known for so long, then by hours, then by days. */
  public static final Duration MINUTES_KEPT = Duration.ofDays(2);

  public static final Duration HOURS_KEPT = Duration.ofDays(40);
  public static final Duration DAYS_KEPT = Duration.ofDays(800);

  private static final Logger LOG = LoggerFactory.getLogger(UsageLog.class);
  private static final Duration WRITE_EVERY = Duration.ofMillis(500);
  private static final Duration TIDY_EVERY = Duration.ofMinutes(1);
  private static final Duration PRUNE_EVERY = Duration.ofHours(1);
  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);
  private static final Duration CLOSE_POLL = Duration.ofMillis(100);

  private final UsageCounts counts;
  private final UsageStore store;
  private final UsageStore.StoredBytes stored;
  private final Predicate<TenantId> exists;
  private final InstantSource clock;
  private final Runnable afterwards;
  private final String node;
  private final Queue<TenantId> forgotten = new ConcurrentLinkedQueue<>();
  private final Thread thread = Thread.ofPlatform().daemon().name("usage").unstarted(this::run);
  private volatile boolean closed;
  private volatile boolean giveUp;

  // Guarded by this.
  private final Map<UsageRow.Key, Row> rows = new HashMap<>();
  private final Map<TenantId, UsageRow> sampled = new HashMap<>();
  private String writer;
  private int clockSteps;
  private long minute = Long.MIN_VALUE;
  private boolean isStoreAway;

  /**
   * @param node names this start of this node, and no other
   * @param stored asked about every minute; may block
   * @param exists says which tenants there are; must be quick
   * @param afterwards done each time after writing; may block, and fail as stores do
   */
  public UsageLog(
      String node,
      UsageCounts counts,
      UsageStore store,
      UsageStore.StoredBytes stored,
      Predicate<TenantId> exists,
      InstantSource clock,
      Runnable afterwards) {
    this.node = node;
    this.writer = node;
    this.counts = counts;
    this.store = store;
    this.stored = stored;
    this.exists = exists;
    this.clock = clock;
    this.afterwards = afterwards;
  }

  public void start() {
    thread.start();
  }

  /**
   * What a tenant used, by function and stretch of time, the oldest first.
   *
   * @param limit how many at most; brought into 1 to {@link Page#ITEMS_MAX}
   * @param cursor {@code next} of the page before; empty for the first page
   */
  public Answer<Page<UsageTotal>> list(UsageQuery query, int limit, Optional<String> cursor) {
    int most = Page.limit(limit);
    return position(cursor)
        .map(after ->
            Page.of(
                store.totals(query, after, most + 1),
                most,
                last -> last.minute() + "." + last.function()));
  }

  /**
   * All that a tenant used in a time, likewise. Blocks.
   *
   * @param most how many totals it may be
   * @return empty if they are more
   */
  public Optional<List<UsageTotal>> all(UsageQuery query, int most) {
    List<UsageTotal> found = store.totals(query, Optional.empty(), most + 1);
    return found.size() > most ? Optional.empty() : Optional.of(found);
  }

  private static Answer<Optional<UsageTotal.Position>> position(Optional<String> cursor) {
    if (cursor.isEmpty()) {
      return Answer.done(Optional.empty());
    }
    int dot = cursor.get().indexOf('.');
    return cursor.get().matches("[0-9]{1,10}\\.[a-z0-9_-]{0,63}")
        ? Answer.done(
            Optional.of(
                new UsageTotal.Position(
                    Long.parseLong(cursor.get().substring(0, dot)),
                    cursor.get().substring(dot + 1))))
        : Answer.refused(
            ProblemCode.INVALID_REQUEST,
            "The cursor is not one that was given. Start without a cursor.");
  }

  /** Removes all of a tenant, and what was counted and is not written yet. Blocks. */
  public void forget(TenantId tenant) {
    forgetNow(tenant); // not later: a tenant of this name may begin at once
    store.forget(tenant);
  }

  private synchronized void forgetNow(TenantId tenant) {
    counts.take(this::add); // and with the rows it goes
    rows.keySet().removeIf(key -> key.tenant().equals(tenant));
    sampled.remove(tenant);
  }

  @Override
  public void load() {} // what it holds is its own

  @Override
  public void changed(Change change) {
    if (change instanceof Change.TenantChanged(TenantId tenant) && !exists.test(tenant)) {
      forgotten.add(tenant);
    }
  }

  private void run() {
    Every tidying = new Every(TIDY_EVERY);
    Every pruning = new Every(PRUNE_EVERY);
    while (!closed) {
      LockSupport.parkNanos(WRITE_EVERY.toNanos());
      attempt(
          "What was used waits until the store is back",
          () -> {
            write();
            afterwards.run();
          });
      if (tidying.isDue()) {
        attempt("What was used cannot be added up", () -> tidy(pruning.isDue()));
      }
    }
    while (!attempt("What was used waits until the store is back", this::write) && !giveUp) {
      LockSupport.parkNanos(CLOSE_POLL.toNanos());
    }
    long left = rows.values().stream().filter(row -> row.isDue).count();
    if (left > 0) {
      LOG.warn("What was used is lost rows={}", left);
    }
  }

  /** Whether it was done. */
  private boolean attempt(String otherwise, Runnable task) {
    try {
      task.run();
      isStoreAway = false;
      return true;
    } catch (StoreFailure e) {
      if (!isStoreAway) {
        LOG.warn("{}", otherwise, e);
      }
      isStoreAway = true;
    } catch (RuntimeException e) { // a defect, which must not end the writing
      LOG.error("{}", otherwise, e);
    }
    return false;
  }

  /** Takes what was counted, and writes the rows that this changed. */
  synchronized void write() {
    tick();
    forgetTenants();
    counts.take(this::add);
    List<Row> due = rows.values().stream().filter(row -> row.isDue).toList();
    if (!due.isEmpty()) {
      store.write(due.stream().map(row -> new UsageRow(row.key, row.amounts)).toList());
      due.forEach(row -> row.isDue = false);
    }
    rows.values()
        .removeIf(
            row -> !row.isDue && (row.key.minute() < minute || !row.key.writer().equals(writer)));
  }

  private void forgetTenants() {
    for (TenantId gone = forgotten.poll(); gone != null; gone = forgotten.poll()) {
      forgetNow(gone);
    }
  }

  /**
   * Goes on to the clock's minute. When the clock was set back, this writer has written minutes
   * that come again, and may have forgotten what: so from here on it is another writer.
   */
  private void tick() {
    long now = UsageRow.minute(clock.instant());
    if (now < minute) {
      clockSteps++;
      writer = UsageRow.writer(node, clockSteps);
    }
    if (now < minute || rows.size() < ROWS_MAX) {
      minute = now;
    }
  }

  private void add(TenantId tenant, String function, String what, Amounts more) {
    rows.computeIfAbsent(new UsageRow.Key(writer, tenant, function, what, minute), Row::new)
        .add(more);
  }

  /** Samples what is stored, and keeps the past in fewer rows. */
  void tidy(boolean isPruning) {
    sample();
    long now = UsageRow.minute(clock.instant());
    boolean isMore = true;
    while (isMore && !closed) {
      isMore = store.rollUp(now - MINUTES_KEPT.toMinutes(), now - HOURS_KEPT.toMinutes());
    }
    if (isPruning) {
      store.prune(now - DAYS_KEPT.toMinutes());
    }
  }

  /** All nodes write the same rows, of each hour one for each tenant. */
  private synchronized void sample() {
    long hour = UsageQuery.By.HOUR.begin(UsageRow.minute(clock.instant()));
    Map<TenantId, UsageRow> now = new LinkedHashMap<>();
    stored
        .byTenant()
        .forEach((tenant, bytes) ->
            now.put(
                tenant,
                new UsageRow(
                    new UsageRow.Key("", tenant, "", UsageRow.STORED, hour),
                    Amounts.stored(bytes))));
    List<UsageRow> changed =
        new ArrayList<>(
            now.values().stream()
                .filter(row -> !row.equals(sampled.get(row.key().tenant())))
                .toList());
    store.write(changed);
    sampled.clear();
    sampled.putAll(now);
  }

  /** Writes what was counted, then stops; does nothing where it was not started. */
  @Override
  public void close() {
    closed = true;
    if (thread.getState() == Thread.State.NEW) {
      return;
    }
    LockSupport.unpark(thread);
    try {
      if (!thread.join(CLOSE_PATIENCE)) {
        giveUp = true;
        thread.join(CLOSE_PATIENCE);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** A row of this node's. Guarded by the log. */
  private static final class Row {
    private final UsageRow.Key key;
    private Amounts amounts = Amounts.NONE;
    private boolean isDue;

    Row(UsageRow.Key key) {
      this.key = key;
    }

    void add(Amounts more) {
      amounts = amounts.plus(more);
      isDue = true;
    }
  }

  /** Something that is to be done every so often. Confined to one thread. */
  private static final class Every {
    private final long periodNanos;
    private long lastNanos;

    Every(Duration period) {
      periodNanos = period.toNanos();
      lastNanos = System.nanoTime() - periodNanos; // at once, and then again
    }

    boolean isDue() {
      boolean isDue = System.nanoTime() - lastNanos >= periodNanos;
      lastNanos = isDue ? System.nanoTime() : lastNanos;
      return isDue;
    }
  }
}
