package dev.leat.audit;

import dev.leat.contract.Answer;
import dev.leat.contract.Page;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The chain of audit records and its checkpoints. Changes record themselves; what they recorded is
 * sealed into the chain each second, and before anyone reads it. Safe for several threads and
 * nodes; blocks.
 */
public final class AuditLog {
  /** How many records at once get their places, or are read. */
  static final int BATCH = 500;

  /** How many records a checkpoint covers at the most, and how old the oldest of them may be. */
  public static final int CHECKPOINT_RECORDS = 1_000;

  public static final Duration CHECKPOINT_PAUSE = Duration.ofMinutes(1);

  /** How often what was denied is recorded. */
  static final Duration DENIALS_PAUSE = Duration.ofMinutes(1);

  private final AuditStore store;
  private final CheckpointSigner signer;
  private final InstantSource clock;
  private final Denials denials;
  private Instant recordedAt;

  public AuditLog(AuditStore store, CheckpointSigner signer, InstantSource clock) {
    this.store = store;
    this.signer = signer;
    this.clock = clock;
    this.denials = new Denials(clock);
    this.recordedAt = clock.instant();
  }

  /** What was denied on this node, which is recorded once a minute. */
  public Denials denials() {
    return denials;
  }

  /**
   * Seals what was recorded, signs a checkpoint when one is due, and records what was denied in the
   * minute before. Called each second, by one thread.
   */
  public void maintain() {
    if (!clock.instant().isBefore(recordedAt.plus(DENIALS_PAUSE))) {
      recordDenials();
    }
    seal();
    AuditStore.Head head = store.head();
    Optional<Checkpoint> last = store.last();
    long covered = last.map(Checkpoint::seq).orElse(0L);
    Instant from = last.map(Checkpoint::at).orElse(Instant.EPOCH);
    if (head.seq() - covered >= CHECKPOINT_RECORDS
        || (head.seq() > covered && !clock.instant().isBefore(from.plus(CHECKPOINT_PAUSE)))) {
      sign(head);
    }
  }

  /** Records what was denied until now: before a stop. Called by the thread that maintains. */
  public void recordDenials() {
    recordedAt = clock.instant();
    denials.record(store);
  }

  private void seal() {
    while (store.seal(BATCH) == BATCH) {
      // until few are left: each batch is a transaction of its own
    }
  }

  private void sign(AuditStore.Head head) {
    // What every database and every reader of the export gives back as it was.
    Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
    CheckpointSigner.Signed signed =
        signer.sign(Checkpoint.TYPE, Checkpoint.payload(head.seq(), now, head.hash()));
    store.keep(
        new Checkpoint(
            head.seq(), now, head.hash(), signed.kid(), signed.publicKey(), signed.jws()));
  }

  /**
   * The records that the filter lets through, the newest first.
   *
   * @param limit how many at most; brought into 1 to {@link Page#ITEMS_MAX}
   * @param cursor {@code next} of the page before; empty for the first page
   */
  public Answer<Page<AuditRecord>> list(
      AuditStore.Filter filter, int limit, Optional<String> cursor) {
    return Page.position(cursor, AuditStore.START)
        .map(position -> {
          seal();
          return store.list(filter, Page.limit(limit), position);
        });
  }

  /**
   * A part of the chain in its order, for an export: records from {@code seq} on, and the
   * checkpoints that lie among them, each after the record that it covers last. The last part ends
   * with a checkpoint, which is signed for it if there is none.
   */
  public Export export(long seq) {
    if (seq <= 1) {
      seal();
      AuditStore.Head head = store.head();
      if (head.seq() > store.last().map(Checkpoint::seq).orElse(0L)) {
        sign(head);
      }
    }
    List<AuditRecord> records = store.from(seq, BATCH);
    if (records.isEmpty()) {
      return new Export(records, List.of());
    }
    long last = records.getLast().seq();
    List<Checkpoint> checkpoints =
        store.checkpoints(records.getFirst().seq(), BATCH).stream()
            .filter(checkpoint -> checkpoint.seq() <= last)
            .toList();
    return new Export(records, checkpoints);
  }

  /** The checkpoints from this record on, oldest first, {@value #BATCH} at the most. */
  public List<Checkpoint> checkpoints(long seq) {
    return store.checkpoints(seq, BATCH);
  }

  /** The next part begins after the last record; one without records is after the last. */
  public record Export(List<AuditRecord> records, List<Checkpoint> checkpoints) {
    /** Gives each record, and each checkpoint after the record that it covers last. */
    public void forEach(Consumer<AuditRecord> record, Consumer<Checkpoint> checkpoint) {
      int next = 0;
      for (AuditRecord each : records) {
        record.accept(each);
        while (next < checkpoints.size() && checkpoints.get(next).seq() == each.seq()) {
          checkpoint.accept(checkpoints.get(next++));
        }
      }
    }
  }
}
